BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE channels (
	tenant VARCHAR(200) NOT NULL, 
	channel VARCHAR(200) NOT NULL, 
	follow_ups BOOLEAN, 
	passive BOOLEAN, 
	visibility VARCHAR(20), 
	keep_words BOOLEAN, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_channels PRIMARY KEY (tenant, channel)
);
INSERT INTO "channels" VALUES('slack:T1','C1',NULL,1,NULL,NULL,'2026-11-02 09:30:00.000000');
CREATE TABLE deliveries (
	"key" VARCHAR(64) NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	claimed_at DATETIME NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY ("key")
);
INSERT INTO "deliveries" VALUES('16614e62110c7565e7a6e1ddfcf9220d55cc6f5e103f118c3becd76179521e11','slack:T1','2026-11-02 09:30:00.000000','2026-11-02 09:30:00.000000');
CREATE TABLE feedback (
	id INTEGER NOT NULL, 
	user_hash VARCHAR(64), 
	answer VARCHAR(64) NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	platform VARCHAR(20) NOT NULL, 
	entry VARCHAR(200) NOT NULL, 
	helpful BOOLEAN NOT NULL, 
	reason TEXT, 
	suggested VARCHAR(200), 
	knowledge_version VARCHAR(200) NOT NULL, 
	given_at DATETIME NOT NULL, 
	CONSTRAINT pk_feedback PRIMARY KEY (id), 
	CONSTRAINT uq_feedback_user_hash_answer UNIQUE (user_hash, answer)
);
INSERT INTO "feedback" VALUES(1,'6e8685fe486355f192fea28ff4c3e8a20b8de1688a56f40cb8c64e7f51e4700f','027d2c9b66c9dbef320f620f83fe190e9e8298f9357ebb46f3edbb8d7b9e5f07','slack:T1','slack','compare.mobile',0,'too short','beyond.edge','v1','2026-11-02 09:30:00.000000');
CREATE TABLE installations (
	id INTEGER NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	enterprise VARCHAR(200) NOT NULL, 
	team VARCHAR(200) NOT NULL, 
	user_hash VARCHAR(64) NOT NULL, 
	sealed TEXT NOT NULL, 
	installed_at DATETIME NOT NULL, 
	CONSTRAINT pk_installations PRIMARY KEY (id), 
	CONSTRAINT uq_installations_enterprise_team_user_hash UNIQUE (enterprise, team, user_hash)
);
INSERT INTO "installations" VALUES(1,'slack:T1','','T1','','gAAAAABrDRHzW9U389VbXZHogd8ap0TKJ8C4MUuAj6mDiPT2_BtmxKUr4-Iw9f8-au9-Aeqq1rCVk_zlqbvepQbNlGYJgscBt3RUZoq90hZYwzwZtIdS77LTvmQYR2zws3juXt40ir8HWb0FiPe2ycL7raM7OP7bJg==','2026-11-02 09:30:00.000000');
INSERT INTO "installations" VALUES(2,'slack:T1','','T1','6e8685fe486355f192fea28ff4c3e8a20b8de1688a56f40cb8c64e7f51e4700f','gAAAAABrDRHzAfL2pXwDDO89Fl8zc5EnNBvfpJOa96XmxbBCyM7szkF-CWVDp6KNJ-AJoSSDEE7agOArNptveObyMzXcVQGUTvpExsPnc-lysVIulcPTRD58YNvmGDtALzV45zJgSEZw0WswX2KrEFnvQK5AWz5XvZRo7enCZJHcplRQG238Eb73rd25_yTSEX_48DUL5h7c3TNmSx9n2q-WLgn8Yr2rFteU7-odEwIsA_GN5O8VLEc=','2026-11-02 09:30:00.000000');
CREATE TABLE marks (
	name VARCHAR(200) NOT NULL, 
	value TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (name)
);
INSERT INTO "marks" VALUES('discord commands','abc','2026-11-02 09:30:00.000000');
INSERT INTO "marks" VALUES('hides users: ebfd10772d915dd3','','2026-11-02 09:30:00.000000');
CREATE TABLE oauth_states (
	state VARCHAR(64) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_oauth_states PRIMARY KEY (state)
);
CREATE TABLE tallies (
	day DATE NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	platform VARCHAR(20) NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	entry VARCHAR(200) NOT NULL, 
	asked INTEGER NOT NULL, 
	CONSTRAINT pk_tallies PRIMARY KEY (day, tenant, platform, outcome, entry)
);
INSERT INTO "tallies" VALUES('2026-11-02','slack:T1','slack','answer','compare.mobile',3);
CREATE TABLE threads (
	thread VARCHAR(64) NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	answered JSON NOT NULL, 
	offered JSON NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_threads PRIMARY KEY (thread)
);
INSERT INTO "threads" VALUES('e563c0b144fe4db9ec731d02a3bc056e5d09c00778d39776c3b1fc5c254c4e8d','slack:T1','["compare.mobile"]','["b", "a"]','2026-11-16 09:30:00.000000');
CREATE TABLE unanswered (
	id INTEGER NOT NULL, 
	tenant VARCHAR(200) NOT NULL, 
	platform VARCHAR(20) NOT NULL, 
	channel_kind VARCHAR(20) NOT NULL, 
	text TEXT NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	candidates JSON NOT NULL, 
	knowledge_version VARCHAR(200) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	CONSTRAINT pk_unanswered PRIMARY KEY (id)
);
INSERT INTO "unanswered" VALUES(1,'slack:T1','slack','thread','does torchrec beat tfrs?','decline','[{"entry": "beyond.edge", "confidence": 0.25}]','v1','2026-11-02 09:30:00.000000');
CREATE INDEX ix_deliveries_tenant ON deliveries (tenant);
CREATE INDEX ix_deliveries_claimed_at ON deliveries (claimed_at);
CREATE INDEX ix_threads_tenant ON threads (tenant);
CREATE INDEX ix_threads_expires_at ON threads (expires_at);
CREATE INDEX ix_feedback_tenant ON feedback (tenant);
CREATE INDEX ix_feedback_given_at ON feedback (given_at);
CREATE INDEX ix_unanswered_tenant ON unanswered (tenant);
CREATE INDEX ix_unanswered_asked_at ON unanswered (asked_at);
CREATE INDEX ix_tallies_tenant ON tallies (tenant);
CREATE INDEX ix_installations_tenant ON installations (tenant);
CREATE INDEX ix_oauth_states_expires_at ON oauth_states (expires_at);
COMMIT;
