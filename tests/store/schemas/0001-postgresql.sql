CREATE FUNCTION public.log_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the log of a study is append-only'; END $$;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.comparisons (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    before_id integer NOT NULL,
    after_id integer NOT NULL,
    settings text NOT NULL,
    settings_hash character varying(64) NOT NULL,
    version character varying(80) NOT NULL,
    state character varying(12) NOT NULL,
    reason text,
    summary text,
    made_at character varying(32) NOT NULL
);
CREATE SEQUENCE public.comparisons_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.comparisons_id_seq OWNED BY public.comparisons.id;
CREATE TABLE public.forecasts (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    settings text NOT NULL,
    settings_hash character varying(64) NOT NULL,
    version character varying(80) NOT NULL,
    state character varying(12) NOT NULL,
    reason text,
    summary text,
    made_at character varying(32) NOT NULL,
    outcome bytea
);
CREATE SEQUENCE public.forecasts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.forecasts_id_seq OWNED BY public.forecasts.id;
CREATE TABLE public.jobs (
    id integer NOT NULL,
    subject_id integer,
    kind character varying(40) NOT NULL,
    key character varying(200) NOT NULL,
    payload text NOT NULL,
    state character varying(12) NOT NULL,
    progress double precision NOT NULL,
    token integer NOT NULL,
    beat integer NOT NULL,
    tries integer NOT NULL,
    is_unwanted integer NOT NULL,
    worker character varying(80),
    reason text,
    made_at character varying(32) NOT NULL,
    ended_at character varying(32)
);
CREATE SEQUENCE public.jobs_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.jobs_id_seq OWNED BY public.jobs.id;
CREATE TABLE public.log (
    seq integer NOT NULL,
    at character varying(32) NOT NULL,
    actor character varying(120) NOT NULL,
    action character varying(20) NOT NULL,
    subject_id integer,
    record character varying(60),
    digest character varying(64),
    detail text NOT NULL,
    previous character varying(64) NOT NULL,
    hash character varying(64) NOT NULL
);
CREATE TABLE public.log_head (
    id integer NOT NULL,
    seq integer NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT ck_log_head_one_row CHECK ((id = 1))
);
CREATE SEQUENCE public.log_head_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.log_head_id_seq OWNED BY public.log_head.id;
CREATE TABLE public.measurements (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    photograph_id integer NOT NULL,
    settings text NOT NULL,
    settings_hash character varying(64) NOT NULL,
    version character varying(80) NOT NULL,
    state character varying(12) NOT NULL,
    reason text,
    summary text,
    made_at character varying(32) NOT NULL,
    pores bytea,
    possible bytea
);
CREATE SEQUENCE public.measurements_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.measurements_id_seq OWNED BY public.measurements.id;
CREATE TABLE public.photographs (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    visit_id integer NOT NULL,
    zone character varying(20) NOT NULL,
    take character varying(40) NOT NULL,
    arm character varying(40),
    sha256 character varying(64) NOT NULL,
    n_bytes integer NOT NULL,
    scale_source character varying(12) NOT NULL,
    px_per_mm double precision,
    scale_error double precision,
    added_at character varying(32) NOT NULL
);
CREATE SEQUENCE public.photographs_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.photographs_id_seq OWNED BY public.photographs.id;
CREATE TABLE public.sites (
    id integer NOT NULL,
    name character varying(40) NOT NULL
);
CREATE SEQUENCE public.sites_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.sites_id_seq OWNED BY public.sites.id;
CREATE TABLE public.store (
    id integer NOT NULL,
    study character varying(60) NOT NULL,
    key_uid character varying(32) NOT NULL,
    made_at character varying(32) NOT NULL,
    CONSTRAINT ck_store_one_row CHECK ((id = 1))
);
CREATE SEQUENCE public.store_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.store_id_seq OWNED BY public.store.id;
CREATE TABLE public.subject_keys (
    subject_id integer NOT NULL,
    key_uid character varying(32) NOT NULL,
    wrapped bytea NOT NULL
);
CREATE TABLE public.subjects (
    id integer NOT NULL,
    uid character varying(32) NOT NULL,
    pseudonym character varying(40) NOT NULL,
    site_id integer,
    added_at character varying(32) NOT NULL,
    erased_at character varying(32)
);
CREATE SEQUENCE public.subjects_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subjects_id_seq OWNED BY public.subjects.id;
CREATE TABLE public.treatments (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    visit_id integer,
    date character varying(10),
    device character varying(60) NOT NULL,
    session text NOT NULL,
    made_at character varying(32) NOT NULL
);
CREATE SEQUENCE public.treatments_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.treatments_id_seq OWNED BY public.treatments.id;
CREATE TABLE public.visits (
    id integer NOT NULL,
    subject_id integer NOT NULL,
    name character varying(40) NOT NULL,
    date character varying(10)
);
CREATE SEQUENCE public.visits_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.visits_id_seq OWNED BY public.visits.id;
ALTER TABLE ONLY public.comparisons ALTER COLUMN id SET DEFAULT nextval('public.comparisons_id_seq'::regclass);
ALTER TABLE ONLY public.forecasts ALTER COLUMN id SET DEFAULT nextval('public.forecasts_id_seq'::regclass);
ALTER TABLE ONLY public.jobs ALTER COLUMN id SET DEFAULT nextval('public.jobs_id_seq'::regclass);
ALTER TABLE ONLY public.log_head ALTER COLUMN id SET DEFAULT nextval('public.log_head_id_seq'::regclass);
ALTER TABLE ONLY public.measurements ALTER COLUMN id SET DEFAULT nextval('public.measurements_id_seq'::regclass);
ALTER TABLE ONLY public.photographs ALTER COLUMN id SET DEFAULT nextval('public.photographs_id_seq'::regclass);
ALTER TABLE ONLY public.sites ALTER COLUMN id SET DEFAULT nextval('public.sites_id_seq'::regclass);
ALTER TABLE ONLY public.store ALTER COLUMN id SET DEFAULT nextval('public.store_id_seq'::regclass);
ALTER TABLE ONLY public.subjects ALTER COLUMN id SET DEFAULT nextval('public.subjects_id_seq'::regclass);
ALTER TABLE ONLY public.treatments ALTER COLUMN id SET DEFAULT nextval('public.treatments_id_seq'::regclass);
ALTER TABLE ONLY public.visits ALTER COLUMN id SET DEFAULT nextval('public.visits_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.comparisons VALUES (1, 1, 1, 1, '{"q": 1}', '7a160a56eccfdb867c16771db3cc3a789f06a1245c8bbd7d8c2f6eaa3645852d', '0.1.0', 'refused', 'one photograph', NULL, '2026-11-30T18:58:31Z');
INSERT INTO public.forecasts VALUES (1, 1, '{"q": 1}', '7a160a56eccfdb867c16771db3cc3a789f06a1245c8bbd7d8c2f6eaa3645852d', '0.1.0', 'done', NULL, '{"n": 1}', '2026-11-30T18:58:31Z', '\x6e63');
INSERT INTO public.jobs VALUES (1, 1, 'measure', 'k', '{"photograph": 1}', 'waiting', 0, 0, 0, 0, 0, NULL, NULL, '2026-11-30T18:58:31Z', NULL);
INSERT INTO public.log VALUES (1, '2026-11-30T18:58:31Z', 'nurse', 'init', NULL, NULL, NULL, 'study begun', '0000000000000000000000000000000000000000000000000000000000000000', '0dfcb964ab8f25c2e31b3ba888895bbeb14ed9fb40074819d58ce9f0816836a3');
INSERT INTO public.log VALUES (2, '2026-11-30T18:58:31Z', 'nurse', 'add', NULL, 'sites 1', '8b0a0eaf46bf40eed1b9c13b68eaeb72654d53004b627c157088a29c97e38c9f', '', '0dfcb964ab8f25c2e31b3ba888895bbeb14ed9fb40074819d58ce9f0816836a3', '67815e46134f038fc1ab49016c47f23ecaa275df0132a2b18fe59dbab4945a35');
INSERT INTO public.log VALUES (3, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'subjects 1', 'f30e4e0134a5562abdbfdf715923e363843b72aa9206c65eca30d039cd450946', '', '67815e46134f038fc1ab49016c47f23ecaa275df0132a2b18fe59dbab4945a35', '4d76d510e4e080daf1afc6c1311296826acf8e70e16ff21936d754887accfc2d');
INSERT INTO public.log VALUES (4, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'visits 1', '8d8e54bf6bf7cadf38afde0759e7abea64f3fcdd0cdf4170b038664f063a7b46', '', '4d76d510e4e080daf1afc6c1311296826acf8e70e16ff21936d754887accfc2d', '1deb2a7366318655cb35845e1eecf98fd44af5f5372c8537ea2b7ede76d573a1');
INSERT INTO public.log VALUES (5, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'photographs 1', 'fd9501c8cd1812c37ce4a43750c2eef159c51d6480253c319a18e050828b127a', '', '1deb2a7366318655cb35845e1eecf98fd44af5f5372c8537ea2b7ede76d573a1', '66be61ffd426717b9f65d835a52480d8fb7b8dd2a9752a5db6efbf0f29b946d0');
INSERT INTO public.log VALUES (6, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'measurements 1', '5b6945c2b3ce0ea121558de72fa84e58947e04f397b774c19deafb5de7cf796c', '', '66be61ffd426717b9f65d835a52480d8fb7b8dd2a9752a5db6efbf0f29b946d0', 'b528f80892c5a986f193557724ff6561dec752d63b77955ebbdead1dfe79039b');
INSERT INTO public.log VALUES (7, '2026-11-30T18:58:31Z', 'nurse', 'add', 2, 'subjects 2', 'f5d6dc8fb0c80fb79bc3845f71746328350d030f1dc978221e1e695b4dc84049', '', 'b528f80892c5a986f193557724ff6561dec752d63b77955ebbdead1dfe79039b', 'a28ad09b5fa21d39b087e3ca72061be2a1fd484089cfedbe227a5805fb10b991');
INSERT INTO public.log VALUES (8, '2026-11-30T18:58:31Z', 'nurse', 'add', 2, 'visits 2', 'bf1eceebcbd49443a4f9eb87b64b08ea2980c87ef60401932be881ca4708fc6f', '', 'a28ad09b5fa21d39b087e3ca72061be2a1fd484089cfedbe227a5805fb10b991', 'db27f3b095ab61306dac91f321ab2c0b84dd5a7d38d73cdaddd7d3146625244f');
INSERT INTO public.log VALUES (9, '2026-11-30T18:58:31Z', 'nurse', 'add', 2, 'photographs 2', '150353f919876dcee710123d8e3f96dcb15b41f5e67a4c3213ea06c3a970ae61', '', 'db27f3b095ab61306dac91f321ab2c0b84dd5a7d38d73cdaddd7d3146625244f', 'ea5784dc2bfb1e9f5fee9933c1eb1793670a8e54089fc84df2f6562aef33cf1b');
INSERT INTO public.log VALUES (10, '2026-11-30T18:58:31Z', 'nurse', 'add', 2, 'measurements 2', '45cf084f5829b52d018fcea05c9ef758f3377191de42e15c0ed42ad823129250', '', 'ea5784dc2bfb1e9f5fee9933c1eb1793670a8e54089fc84df2f6562aef33cf1b', '92bd95ffbfbc0a7c4cdbf769661cf04e3e0f95194d2e5b80bba8bf0819747410');
INSERT INTO public.log VALUES (11, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'treatments 1', '8b0f9d07fbccf9faf92c4542b93db0a199644d1bf41b4bfa7023d23c86cd4e6a', '', '92bd95ffbfbc0a7c4cdbf769661cf04e3e0f95194d2e5b80bba8bf0819747410', 'dd1be33b5ddcd08dce3af19e42476401c812b7dd3ec5551d169f6a899b248722');
INSERT INTO public.log VALUES (12, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'comparisons 1', '6022a822a5af87da0971a0e2447bcad745d91f4e8a78bb0d1888f1fe2d27ec28', '', 'dd1be33b5ddcd08dce3af19e42476401c812b7dd3ec5551d169f6a899b248722', 'adf3abc46ae841012faf31047f920a0cb6be7d76f00e411b0658c26e0f98acc4');
INSERT INTO public.log VALUES (13, '2026-11-30T18:58:31Z', 'nurse', 'add', 1, 'forecasts 1', 'd56fe4d56537e4188e8c6a2f6c0cc327ec6fbfc71101414c94679d1f9d98f9d8', '', 'adf3abc46ae841012faf31047f920a0cb6be7d76f00e411b0658c26e0f98acc4', '69e0d5fa2097ba354970e73ebd968c183d6f92840e8dc614f8642eb0d9ee924d');
INSERT INTO public.log_head VALUES (1, 13, '69e0d5fa2097ba354970e73ebd968c183d6f92840e8dc614f8642eb0d9ee924d');
INSERT INTO public.measurements VALUES (1, 1, 1, '{"zone": "nose"}', '545fa5c642fc1c183bcb739cec92a1f75a143f44d5aea3395814f057114df2aa', '0.1.0', 'done', NULL, '{"n": 1}', '2026-11-30T18:58:31Z', '\x789c2bc82f4ae532e402000a0901fc', '\x789c4bd449e2020002da00fa');
INSERT INTO public.measurements VALUES (2, 2, 2, '{"zone": "nose"}', '545fa5c642fc1c183bcb739cec92a1f75a143f44d5aea3395814f057114df2aa', '0.1.0', 'done', NULL, '{"n": 2}', '2026-11-30T18:58:31Z', '\x789c2bc82f4ae532e402000a0901fc', '\x789c4bd449e2020002da00fa');
INSERT INTO public.photographs VALUES (1, 1, 1, 'nose', '1', 'laser', 'bef242f740bcf306c2e631a8330d64e358f73077f827580cdd0129f56a590e2e', 17, 'known', 12.5, 0.01, '2026-11-30T18:58:31Z');
INSERT INTO public.photographs VALUES (2, 2, 2, 'nose', '1', 'laser', 'a57f31370a5069c6dee8f8f0ca7ee34c906380c7a09702951f4f5b2a5595a75b', 17, 'known', 12.5, 0.01, '2026-11-30T18:58:31Z');
INSERT INTO public.sites VALUES (1, 'Graz');
INSERT INTO public.store VALUES (1, 'first schema', '005f7e39dd3dab4c3a2cbd88ade465c9', '2026-11-30T18:58:31Z');
INSERT INTO public.subject_keys VALUES (1, '005f7e39dd3dab4c3a2cbd88ade465c9', '\x8baea1a9d38970882c683e066b206c72990d1fb565ae2a7e82e6d983298201aa38603ec01346cb1c5831188317076faace1357b1d96e87e3bfab60dd');
INSERT INTO public.subject_keys VALUES (2, '005f7e39dd3dab4c3a2cbd88ade465c9', '\x887d0388c07ec45645a19df08e890218df4c39ba7d1a7988ef08bc0ed8a84f8dc12f21e53e9060ab1d658ecfa6f1f46a1bab59558057b28d73154130');
INSERT INTO public.subjects VALUES (1, '672dbb407daa313adc6a1b32560ea245', 'S01', 1, '2026-11-30T18:58:31Z', NULL);
INSERT INTO public.subjects VALUES (2, '3610d4a957f889ae387dc9435a438225', 'S02', 1, '2026-11-30T18:58:31Z', NULL);
INSERT INTO public.treatments VALUES (1, 1, 1, '2027-01-01', 'pearl', '{"device": "pearl"}', '2026-11-30T18:58:31Z');
INSERT INTO public.visits VALUES (1, 1, 'v1', '2027-01-01');
INSERT INTO public.visits VALUES (2, 2, 'v1', '2027-01-02');
SELECT pg_catalog.setval('public.comparisons_id_seq', 1, true);
SELECT pg_catalog.setval('public.forecasts_id_seq', 1, true);
SELECT pg_catalog.setval('public.jobs_id_seq', 1, true);
SELECT pg_catalog.setval('public.log_head_id_seq', 1, false);
SELECT pg_catalog.setval('public.measurements_id_seq', 2, true);
SELECT pg_catalog.setval('public.photographs_id_seq', 2, true);
SELECT pg_catalog.setval('public.sites_id_seq', 1, true);
SELECT pg_catalog.setval('public.store_id_seq', 1, false);
SELECT pg_catalog.setval('public.subjects_id_seq', 2, true);
SELECT pg_catalog.setval('public.treatments_id_seq', 1, true);
SELECT pg_catalog.setval('public.visits_id_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT pk_comparisons PRIMARY KEY (id);
ALTER TABLE ONLY public.forecasts
    ADD CONSTRAINT pk_forecasts PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (id);
ALTER TABLE ONLY public.log
    ADD CONSTRAINT pk_log PRIMARY KEY (seq);
ALTER TABLE ONLY public.log_head
    ADD CONSTRAINT pk_log_head PRIMARY KEY (id);
ALTER TABLE ONLY public.measurements
    ADD CONSTRAINT pk_measurements PRIMARY KEY (id);
ALTER TABLE ONLY public.photographs
    ADD CONSTRAINT pk_photographs PRIMARY KEY (id);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT pk_sites PRIMARY KEY (id);
ALTER TABLE ONLY public.store
    ADD CONSTRAINT pk_store PRIMARY KEY (id);
ALTER TABLE ONLY public.subject_keys
    ADD CONSTRAINT pk_subject_keys PRIMARY KEY (subject_id);
ALTER TABLE ONLY public.subjects
    ADD CONSTRAINT pk_subjects PRIMARY KEY (id);
ALTER TABLE ONLY public.treatments
    ADD CONSTRAINT pk_treatments PRIMARY KEY (id);
ALTER TABLE ONLY public.visits
    ADD CONSTRAINT pk_visits PRIMARY KEY (id);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT uq_comparisons_before_id_after_id_settings_hash_version UNIQUE (before_id, after_id, settings_hash, version);
ALTER TABLE ONLY public.forecasts
    ADD CONSTRAINT uq_forecasts_subject_id_settings_hash_version UNIQUE (subject_id, settings_hash, version);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT uq_jobs_key UNIQUE (key);
ALTER TABLE ONLY public.measurements
    ADD CONSTRAINT uq_measurements_photograph_id_settings_hash_version UNIQUE (photograph_id, settings_hash, version);
ALTER TABLE ONLY public.photographs
    ADD CONSTRAINT uq_photographs_sha256 UNIQUE (sha256);
ALTER TABLE ONLY public.photographs
    ADD CONSTRAINT uq_photographs_visit_id_zone_take UNIQUE (visit_id, zone, take);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT uq_sites_name UNIQUE (name);
ALTER TABLE ONLY public.subjects
    ADD CONSTRAINT uq_subjects_pseudonym UNIQUE (pseudonym);
ALTER TABLE ONLY public.subjects
    ADD CONSTRAINT uq_subjects_uid UNIQUE (uid);
ALTER TABLE ONLY public.visits
    ADD CONSTRAINT uq_visits_subject_id_name UNIQUE (subject_id, name);
CREATE INDEX ix_comparisons_after_id ON public.comparisons USING btree (after_id);
CREATE INDEX ix_comparisons_subject_id ON public.comparisons USING btree (subject_id);
CREATE INDEX ix_forecasts_subject_id ON public.forecasts USING btree (subject_id);
CREATE INDEX ix_jobs_state_id ON public.jobs USING btree (state, id);
CREATE INDEX ix_jobs_subject_id ON public.jobs USING btree (subject_id);
CREATE INDEX ix_log_subject_id ON public.log USING btree (subject_id);
CREATE INDEX ix_measurements_subject_id ON public.measurements USING btree (subject_id);
CREATE INDEX ix_photographs_subject_id ON public.photographs USING btree (subject_id);
CREATE INDEX ix_photographs_visit_id ON public.photographs USING btree (visit_id);
CREATE INDEX ix_treatments_subject_id ON public.treatments USING btree (subject_id);
CREATE INDEX ix_treatments_visit_id ON public.treatments USING btree (visit_id);
CREATE INDEX ix_visits_subject_id ON public.visits USING btree (subject_id);
CREATE TRIGGER log_no_delete BEFORE DELETE ON public.log FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_append_only();
CREATE TRIGGER log_no_truncate BEFORE TRUNCATE ON public.log FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_append_only();
CREATE TRIGGER log_no_update BEFORE UPDATE ON public.log FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_append_only();
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT fk_comparisons_after_id FOREIGN KEY (after_id) REFERENCES public.photographs(id);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT fk_comparisons_before_id FOREIGN KEY (before_id) REFERENCES public.photographs(id);
ALTER TABLE ONLY public.comparisons
    ADD CONSTRAINT fk_comparisons_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.forecasts
    ADD CONSTRAINT fk_forecasts_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT fk_jobs_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.measurements
    ADD CONSTRAINT fk_measurements_photograph_id FOREIGN KEY (photograph_id) REFERENCES public.photographs(id);
ALTER TABLE ONLY public.measurements
    ADD CONSTRAINT fk_measurements_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.photographs
    ADD CONSTRAINT fk_photographs_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.photographs
    ADD CONSTRAINT fk_photographs_visit_id FOREIGN KEY (visit_id) REFERENCES public.visits(id);
ALTER TABLE ONLY public.subject_keys
    ADD CONSTRAINT fk_subject_keys_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.subjects
    ADD CONSTRAINT fk_subjects_site_id FOREIGN KEY (site_id) REFERENCES public.sites(id);
ALTER TABLE ONLY public.treatments
    ADD CONSTRAINT fk_treatments_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
ALTER TABLE ONLY public.treatments
    ADD CONSTRAINT fk_treatments_visit_id FOREIGN KEY (visit_id) REFERENCES public.visits(id);
ALTER TABLE ONLY public.visits
    ADD CONSTRAINT fk_visits_subject_id FOREIGN KEY (subject_id) REFERENCES public.subjects(id);
