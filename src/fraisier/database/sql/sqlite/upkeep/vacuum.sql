-- Write the file anew, without the room that deleted rows left.
VACUUM;
