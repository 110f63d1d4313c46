import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** One mail on its way, and the server that takes it. */
export interface Delivery {
  readonly host: string;
  readonly port: number;
  /** How we call ourselves. */
  readonly heloName: string;
  /** Bound on connecting and on each answer. */
  readonly timeoutMs: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** Hands one mail to a server: no TLS, no login, one connection, as keepalived does. Rejects if that fails. */
export function sendMail({
  host,
  port,
  heloName,
  timeoutMs,
  from,
  to,
  text,
}: Delivery): Promise<void> {
  const connection = new SMTPConnection({
    host,
    port,
    name: heloName,
    secure: false,
    ignoreTLS: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  return new Promise<void>((resolve, reject) => {
    connection.once('error', reject);
    connection.connect((error) => {
      if (error) {
        reject(error);
        return;
      }
      connection.send({ from, to: [...to] }, text, (refusal) => {
        if (refusal) reject(refusal);
        else resolve();
        connection.quit();
      });
    });
  }).finally(() => {
    // What is said after that is nobody's business.
    connection.on('error', () => undefined);
    setTimeout(() => {
      connection.close();
    }, goodbyeMs).unref();
  });
}

/** For the answer to QUIT. */
const goodbyeMs = 1_000;
