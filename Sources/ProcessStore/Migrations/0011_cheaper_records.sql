-- What recording exchanges costs, again.

-- As for their index (migration 10): the statement that records exchanges has read their process, and no process is ever removed.

ALTER TABLE process_suggestions DROP CONSTRAINT process_suggestions_process_id_fkey;
