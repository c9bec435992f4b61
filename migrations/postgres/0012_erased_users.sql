CREATE TABLE "erased_users" (
	"id" bigint PRIMARY KEY NOT NULL,
	"telephone_hash" text NOT NULL,
	"erased_at" bigint NOT NULL,
	CONSTRAINT "erased_users_telephone_hash_unique" UNIQUE("telephone_hash")
);
--> statement-breakpoint
CREATE INDEX "erased_users_by_time" ON "erased_users" USING btree ("erased_at");