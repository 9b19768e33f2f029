// Loaded into every process that the campaign starts: when the campaign is gone, however it ended, they end too.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
