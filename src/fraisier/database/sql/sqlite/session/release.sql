-- It is over.
RELEASE one_call;
