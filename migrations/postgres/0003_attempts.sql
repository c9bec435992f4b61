ALTER TABLE "items" ADD COLUMN "attempt" text;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "attempt" text;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "fixed_at" bigint;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_attempt_unique" UNIQUE("attempt");--> statement-breakpoint
ALTER TABLE "promos" ADD CONSTRAINT "promos_attempt_unique" UNIQUE("attempt");