-- Reads that are answered from memory are gathered for some seconds: equal ones are one row with their number.

ALTER TABLE audit_log ADD COLUMN calls integer NOT NULL DEFAULT 1 CHECK (calls >= 1);
