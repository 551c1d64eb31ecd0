What one place may begin and upload in a day is limited; no page of another site begins a draft; the address of a confirmation opens it for a day.
