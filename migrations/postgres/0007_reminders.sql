CREATE TABLE "reminders" (
	"user_id" bigint NOT NULL,
	"promo_id" bigint NOT NULL,
	"item_id" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "reminders_user_id_promo_id_pk" PRIMARY KEY("user_id","promo_id")
);
--> statement-breakpoint
ALTER TABLE "reminders" ADD CONSTRAINT "reminders_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;