BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE comparisons (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	before_id INTEGER NOT NULL, 
	after_id INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	settings_hash VARCHAR(64) NOT NULL, 
	version VARCHAR(80) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	reason TEXT, 
	summary TEXT, 
	made_at VARCHAR(32) NOT NULL, 
	CONSTRAINT uq_comparisons_before_id_after_id_settings_hash_version UNIQUE (before_id, after_id, settings_hash, version), 
	CONSTRAINT fk_comparisons_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id), 
	CONSTRAINT fk_comparisons_before_id FOREIGN KEY(before_id) REFERENCES photographs (id), 
	CONSTRAINT fk_comparisons_after_id FOREIGN KEY(after_id) REFERENCES photographs (id)
);
INSERT INTO "comparisons" VALUES(1,1,1,1,'{"q": 1}','7a160a56eccfdb867c16771db3cc3a789f06a1245c8bbd7d8c2f6eaa3645852d','0.1.0','refused','one photograph',NULL,'2026-11-30T18:58:30Z');
CREATE TABLE forecasts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	settings_hash VARCHAR(64) NOT NULL, 
	version VARCHAR(80) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	reason TEXT, 
	summary TEXT, 
	made_at VARCHAR(32) NOT NULL, 
	outcome BLOB, 
	CONSTRAINT uq_forecasts_subject_id_settings_hash_version UNIQUE (subject_id, settings_hash, version), 
	CONSTRAINT fk_forecasts_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id)
);
INSERT INTO "forecasts" VALUES(1,1,'{"q": 1}','7a160a56eccfdb867c16771db3cc3a789f06a1245c8bbd7d8c2f6eaa3645852d','0.1.0','done',NULL,'{"n": 1}','2026-11-30T18:58:30Z',X'6E63');
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER, 
	kind VARCHAR(40) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	payload TEXT NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	progress DOUBLE NOT NULL, 
	token INTEGER NOT NULL, 
	beat INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	is_unwanted INTEGER NOT NULL, 
	worker VARCHAR(80), 
	reason TEXT, 
	made_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	CONSTRAINT uq_jobs_key UNIQUE ("key"), 
	CONSTRAINT fk_jobs_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id)
);
INSERT INTO "jobs" VALUES(1,1,'measure','k','{"photograph": 1}','waiting',0.0,0,0,0,0,NULL,NULL,'2026-11-30T18:58:30Z',NULL);
CREATE TABLE log (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	actor VARCHAR(120) NOT NULL, 
	action VARCHAR(20) NOT NULL, 
	subject_id INTEGER, 
	record VARCHAR(60), 
	digest VARCHAR(64), 
	detail TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_log PRIMARY KEY (seq)
);
INSERT INTO "log" VALUES(1,'2026-11-30T18:58:30Z','nurse','init',NULL,NULL,NULL,'study begun','0000000000000000000000000000000000000000000000000000000000000000','be1e53ddf8c0640025698cb5881ad894c6e8107684c064e427b46fd55d9e1908');
INSERT INTO "log" VALUES(2,'2026-11-30T18:58:30Z','nurse','add',NULL,'sites 1','38b5e683be90f56bebd441ad9508a65215f4b89d102ab371eaa5c9c56f680b2a','','be1e53ddf8c0640025698cb5881ad894c6e8107684c064e427b46fd55d9e1908','2b7e04b95ad469af62a80414e37160b039e20a98946247f4d93812b0d4f80687');
INSERT INTO "log" VALUES(3,'2026-11-30T18:58:30Z','nurse','add',1,'subjects 1','5adce729ac452579935116369187f009e6ea07653d85ae40aeb6090d4082919b','','2b7e04b95ad469af62a80414e37160b039e20a98946247f4d93812b0d4f80687','d6d829f60177ed450d40f3296e9250aa913546ca71727e23e8aa863ca438df38');
INSERT INTO "log" VALUES(4,'2026-11-30T18:58:30Z','nurse','add',1,'visits 1','5a605e99d49111bf9a7f0a919a281582943623a7450a907be150f24d765977c7','','d6d829f60177ed450d40f3296e9250aa913546ca71727e23e8aa863ca438df38','a2580e378a2b63e0aa863c0fa29bf61b4416c72bfb0dc913b1db235696b8fae7');
INSERT INTO "log" VALUES(5,'2026-11-30T18:58:30Z','nurse','add',1,'photographs 1','713e265a7b0c2fcdadd4fa1932b09b44508042d42d9b57b4ae19b35e2eee7688','','a2580e378a2b63e0aa863c0fa29bf61b4416c72bfb0dc913b1db235696b8fae7','db3281e688ec60d6c67cab4828e6f8441e9c2c5128a8cbfa3a9e62a55c9a7c6e');
INSERT INTO "log" VALUES(6,'2026-11-30T18:58:30Z','nurse','add',1,'measurements 1','c0cbfe0296d13edf9f22eeed2f181e6382e2386af6d651fa55c03a7864422f95','','db3281e688ec60d6c67cab4828e6f8441e9c2c5128a8cbfa3a9e62a55c9a7c6e','3bd7896345af101d47803660b7925c1986c4e400abeeb2f52d6b849d5f11e982');
INSERT INTO "log" VALUES(7,'2026-11-30T18:58:30Z','nurse','add',2,'subjects 2','bb018af4730096925adc6de69a3a10a8484bcd9a84b023dd385e90a06de9c906','','3bd7896345af101d47803660b7925c1986c4e400abeeb2f52d6b849d5f11e982','5ed1e0b305be751cda703a8695dfda427d3d3bbeeb1325088e2bfd998f19b0eb');
INSERT INTO "log" VALUES(8,'2026-11-30T18:58:30Z','nurse','add',2,'visits 2','b9b73808dbb10d6c6767213ddde730aa305c03f857ad4e64cae23e4d35345113','','5ed1e0b305be751cda703a8695dfda427d3d3bbeeb1325088e2bfd998f19b0eb','6d80047b430f7d67113c64a1c7ebd23e0cde5b0390c90725e5dce419ff39aa12');
INSERT INTO "log" VALUES(9,'2026-11-30T18:58:30Z','nurse','add',2,'photographs 2','b280de517bb1d0d787a998a7fdf2438d89e3a04bb2962f6221f21587daea8013','','6d80047b430f7d67113c64a1c7ebd23e0cde5b0390c90725e5dce419ff39aa12','236da66d1a241a08a08e318291a7923ef2a8fc2b5544f3e6a91bd2845ed80a0c');
INSERT INTO "log" VALUES(10,'2026-11-30T18:58:30Z','nurse','add',2,'measurements 2','a521fa40c37d3e31b05e0aba016cba075cfdd01ac79fe9306306250f6047935e','','236da66d1a241a08a08e318291a7923ef2a8fc2b5544f3e6a91bd2845ed80a0c','b8774245870f7b49e8c81f3e2556855ecd2311dbe9d27751e3d3b34b995ae2c1');
INSERT INTO "log" VALUES(11,'2026-11-30T18:58:30Z','nurse','add',1,'treatments 1','8f393dd8c000d8acc21e230b364973596f40a064afbd871ac3d5c48a2c04beef','','b8774245870f7b49e8c81f3e2556855ecd2311dbe9d27751e3d3b34b995ae2c1','ea7decfd6f79202de66e67260e6c4ec3f5aa6b359bf13c3c638ec81217eab863');
INSERT INTO "log" VALUES(12,'2026-11-30T18:58:30Z','nurse','add',1,'comparisons 1','0dd52dbb56a13440c904c8dbdcb2b19dfe50bfb4b414597d0427383faf9d981a','','ea7decfd6f79202de66e67260e6c4ec3f5aa6b359bf13c3c638ec81217eab863','d98fabdc4ef44c9da3f4df2e37393c2b485873ecd4a2bc03072649ba15ad0455');
INSERT INTO "log" VALUES(13,'2026-11-30T18:58:30Z','nurse','add',1,'forecasts 1','4419178b0cbdd8ae5417f6e2d3df963a1fffb6fa0a7b7ff790b264ee50ebe403','','d98fabdc4ef44c9da3f4df2e37393c2b485873ecd4a2bc03072649ba15ad0455','2be80bcb4466b4ea302bab3c04e1457d7fe0edaabfdbbae7a11566d61d9cbee3');
CREATE TABLE log_head (
	id INTEGER NOT NULL CONSTRAINT ck_log_head_one_row CHECK (id = 1), 
	seq INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_log_head PRIMARY KEY (id)
);
INSERT INTO "log_head" VALUES(1,13,'2be80bcb4466b4ea302bab3c04e1457d7fe0edaabfdbbae7a11566d61d9cbee3');
CREATE TABLE measurements (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	photograph_id INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	settings_hash VARCHAR(64) NOT NULL, 
	version VARCHAR(80) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	reason TEXT, 
	summary TEXT, 
	made_at VARCHAR(32) NOT NULL, 
	pores BLOB, 
	possible BLOB, 
	CONSTRAINT uq_measurements_photograph_id_settings_hash_version UNIQUE (photograph_id, settings_hash, version), 
	CONSTRAINT fk_measurements_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id), 
	CONSTRAINT fk_measurements_photograph_id FOREIGN KEY(photograph_id) REFERENCES photographs (id)
);
INSERT INTO "measurements" VALUES(1,1,1,'{"zone": "nose"}','545fa5c642fc1c183bcb739cec92a1f75a143f44d5aea3395814f057114df2aa','0.1.0','done',NULL,'{"n": 1}','2026-11-30T18:58:30Z',X'789C2BC82F4AE532E402000A0901FC',X'789C4BD449E2020002DA00FA');
INSERT INTO "measurements" VALUES(2,2,2,'{"zone": "nose"}','545fa5c642fc1c183bcb739cec92a1f75a143f44d5aea3395814f057114df2aa','0.1.0','done',NULL,'{"n": 2}','2026-11-30T18:58:30Z',X'789C2BC82F4AE532E402000A0901FC',X'789C4BD449E2020002DA00FA');
CREATE TABLE photographs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	zone VARCHAR(20) NOT NULL, 
	take VARCHAR(40) NOT NULL, 
	arm VARCHAR(40), 
	sha256 VARCHAR(64) NOT NULL, 
	n_bytes INTEGER NOT NULL, 
	scale_source VARCHAR(12) NOT NULL, 
	px_per_mm DOUBLE, 
	scale_error DOUBLE, 
	added_at VARCHAR(32) NOT NULL, 
	CONSTRAINT uq_photographs_sha256 UNIQUE (sha256), 
	CONSTRAINT uq_photographs_visit_id_zone_take UNIQUE (visit_id, zone, take), 
	CONSTRAINT fk_photographs_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id), 
	CONSTRAINT fk_photographs_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id)
);
INSERT INTO "photographs" VALUES(1,1,1,'nose','1','laser','bef242f740bcf306c2e631a8330d64e358f73077f827580cdd0129f56a590e2e',17,'known',12.5,0.01,'2026-11-30T18:58:30Z');
INSERT INTO "photographs" VALUES(2,2,2,'nose','1','laser','a57f31370a5069c6dee8f8f0ca7ee34c906380c7a09702951f4f5b2a5595a75b',17,'known',12.5,0.01,'2026-11-30T18:58:30Z');
CREATE TABLE sites (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(40) NOT NULL, 
	CONSTRAINT uq_sites_name UNIQUE (name)
);
INSERT INTO "sites" VALUES(1,'Graz');
CREATE TABLE store (
	id INTEGER NOT NULL CONSTRAINT ck_store_one_row CHECK (id = 1), 
	study VARCHAR(60) NOT NULL, 
	key_uid VARCHAR(32) NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_store PRIMARY KEY (id)
);
INSERT INTO "store" VALUES(1,'first schema','ed92341fe232ba937895cc4131cdeac4','2026-11-30T18:58:30Z');
CREATE TABLE subject_keys (
	subject_id INTEGER NOT NULL, 
	key_uid VARCHAR(32) NOT NULL, 
	wrapped BLOB NOT NULL, 
	CONSTRAINT pk_subject_keys PRIMARY KEY (subject_id), 
	CONSTRAINT fk_subject_keys_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id)
);
INSERT INTO "subject_keys" VALUES(1,'ed92341fe232ba937895cc4131cdeac4',X'EE382FA8279B86BEF2196D88A2121A91FA0534A0D1CFA58210EC401318FD036E58113068DA36999F2D2B93855AE3F4F569431951ECB3EED9890FFA8A');
INSERT INTO "subject_keys" VALUES(2,'ed92341fe232ba937895cc4131cdeac4',X'888F2BCD3DD5606B5CEC7E6A309677ACAC4BB079FFF1CA6F2569A395C77DC0B2C03CBB57678023F8D66AFB7D5673957D469875866C716C30DC86365D');
CREATE TABLE subjects (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	uid VARCHAR(32) NOT NULL, 
	pseudonym VARCHAR(40) NOT NULL, 
	site_id INTEGER, 
	added_at VARCHAR(32) NOT NULL, 
	erased_at VARCHAR(32), 
	CONSTRAINT uq_subjects_uid UNIQUE (uid), 
	CONSTRAINT uq_subjects_pseudonym UNIQUE (pseudonym), 
	CONSTRAINT fk_subjects_site_id FOREIGN KEY(site_id) REFERENCES sites (id)
);
INSERT INTO "subjects" VALUES(1,'3b62237d2e6efc0f7e676975f1fc8ca9','S01',1,'2026-11-30T18:58:30Z',NULL);
INSERT INTO "subjects" VALUES(2,'2522ecdc607d822d78846811aab15827','S02',1,'2026-11-30T18:58:30Z',NULL);
CREATE TABLE treatments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	visit_id INTEGER, 
	date VARCHAR(10), 
	device VARCHAR(60) NOT NULL, 
	session TEXT NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	CONSTRAINT fk_treatments_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id), 
	CONSTRAINT fk_treatments_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id)
);
INSERT INTO "treatments" VALUES(1,1,1,'2027-01-01','pearl','{"device": "pearl"}','2026-11-30T18:58:30Z');
CREATE TABLE visits (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subject_id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	date VARCHAR(10), 
	CONSTRAINT uq_visits_subject_id_name UNIQUE (subject_id, name), 
	CONSTRAINT fk_visits_subject_id FOREIGN KEY(subject_id) REFERENCES subjects (id)
);
INSERT INTO "visits" VALUES(1,1,'v1','2027-01-01');
INSERT INTO "visits" VALUES(2,2,'v1','2027-01-02');
CREATE INDEX ix_log_subject_id ON log (subject_id);
CREATE INDEX ix_visits_subject_id ON visits (subject_id);
CREATE INDEX ix_photographs_subject_id ON photographs (subject_id);
CREATE INDEX ix_photographs_visit_id ON photographs (visit_id);
CREATE INDEX ix_treatments_subject_id ON treatments (subject_id);
CREATE INDEX ix_treatments_visit_id ON treatments (visit_id);
CREATE INDEX ix_measurements_subject_id ON measurements (subject_id);
CREATE INDEX ix_forecasts_subject_id ON forecasts (subject_id);
CREATE INDEX ix_comparisons_subject_id ON comparisons (subject_id);
CREATE INDEX ix_comparisons_after_id ON comparisons (after_id);
CREATE INDEX ix_jobs_subject_id ON jobs (subject_id);
CREATE INDEX ix_jobs_state_id ON jobs (state, id);
CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log of a study is append-only'); END;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log of a study is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sites',1);
INSERT INTO "sqlite_sequence" VALUES('subjects',2);
INSERT INTO "sqlite_sequence" VALUES('visits',2);
INSERT INTO "sqlite_sequence" VALUES('photographs',2);
INSERT INTO "sqlite_sequence" VALUES('measurements',2);
INSERT INTO "sqlite_sequence" VALUES('treatments',1);
INSERT INTO "sqlite_sequence" VALUES('comparisons',1);
INSERT INTO "sqlite_sequence" VALUES('forecasts',1);
INSERT INTO "sqlite_sequence" VALUES('jobs',1);
COMMIT;
