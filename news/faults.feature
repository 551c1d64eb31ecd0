``make faults`` also files thousands of demandes with files while Zope, HAProxy and PostgreSQL
are killed, and compares what people were told with what is stored and mailed.
A message whose process was killed between commit and handing over is taken up by the task
``messages``. Several machines: a lease in the database lets one of them run the tasks.
When nothing can be stored, a page says so in plain words. ``bin/guichet paiements comparer``
finds, after a backup was put back, money that only the payment provider knows of.
