ALTER TABLE `items` ADD `attempt` text;--> statement-breakpoint
CREATE UNIQUE INDEX `items_attempt_unique` ON `items` (`attempt`);--> statement-breakpoint
ALTER TABLE `promos` ADD `attempt` text;--> statement-breakpoint
ALTER TABLE `promos` ADD `fixed_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `promos_attempt_unique` ON `promos` (`attempt`);