-- It is undone alone.
ROLLBACK TO one_call;
