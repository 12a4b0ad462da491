-- Take the write lock at once: a transaction that reads first can then never fail half-way for want of it.
BEGIN IMMEDIATE;
