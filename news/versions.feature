Each publication of a form is a version: readable differences, author, note, restore. Citizens keep the published form while editors change theirs;
open drafts move over and name what has to be looked at again. A gate checks conditions, reachable steps, texts and scenarios before anything is
published.
