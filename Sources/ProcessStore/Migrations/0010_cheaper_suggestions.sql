-- What recording exchanges costs.

-- The statement that records one has read its process, and no process is ever removed: the application may not. To have the database
-- look once more takes a sixth of the statement's time, and marks the process's row as locked, which is then written for every exchange.

ALTER TABLE process_suggestion_index DROP CONSTRAINT process_suggestion_index_process_id_fkey;
