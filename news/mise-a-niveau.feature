``bin/guichet mettre-a-niveau`` brings a site to the version of the code, with a rehearsal;
the control panel of the add-ons does the same. Each change of the profile has a version,
steps, and a test on a site that the code of the version before has made.
