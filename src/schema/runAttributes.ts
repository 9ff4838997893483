/** What a run that ended is called where it is handed to the bot's Meter, besides its duration: these and no others, and never a guild. */
export const RUN_ATTRIBUTES = ['surface', 'feature', 'operation', 'status', 'provider', 'error.type'] as const;
