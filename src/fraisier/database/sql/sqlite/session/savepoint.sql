-- One of several calls in a transaction begins.
SAVEPOINT one_call;
