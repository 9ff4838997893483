/** The custom ids of the buttons that lead through a run, which everyone does when they have the time. */
export const BUTTONS = { start: 'run-start', finish: 'run-finish', accept: 'run-accept' };

/** The custom id of the form in which a run's time is submitted. */
export const RUN_FORM = 'run-form';
