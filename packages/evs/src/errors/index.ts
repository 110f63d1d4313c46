export { errorCodes, type ErrorCode } from './codes.ts';
export { EvsError } from './evs-error.ts';
