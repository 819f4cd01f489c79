/**
 * A command as it works where this one was started: in the checkout nothing is called `wirelab` yet.
 */
export const asTyped = (command: string): string =>
  process.argv[1]?.endsWith('.ts') === true ? command.replace(/^wirelab/, 'npx tsx src/cli/main.ts') : command;
