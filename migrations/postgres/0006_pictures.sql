CREATE TABLE "item_pictures" (
	"item_id" bigint NOT NULL,
	"position" integer NOT NULL,
	"picture_id" text NOT NULL,
	"small_id" text NOT NULL,
	"alt" text NOT NULL,
	CONSTRAINT "item_pictures_item_id_picture_id_pk" PRIMARY KEY("item_id","picture_id")
);
--> statement-breakpoint
CREATE TABLE "pictures" (
	"id" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"bytes" "bytea" NOT NULL
);
