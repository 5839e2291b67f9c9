/** Keys to a store, from wherever people keep them; key, secret and session token always from one source. */
import { usageError } from '../errors.js';
import type { Variables } from './variables.js';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface CredentialSource {
  /** For people; says where, never what. */
  name: string;
  /** Asked for each request: those of a session are renewed underneath. */
  get(): Promise<Credentials>;
}

/**
 * In order of precedence: `--profile`, the environment, the `.env` file, and the AWS SDK's own chain (profiles,
 * single sign-on, containers, instance roles), which is loaded only where it comes to that.
 *
 * @throws a usage error where one source has half of a pair, or no source has any
 */
export async function findCredentials(
  variables: Variables,
  profile: string | undefined,
): Promise<CredentialSource> {
  if (profile === undefined) {
    const found =
      pair((name) => variables.inEnvironment(name), 'the environment') ??
      pair((name) => variables.inFile(name), variables.path);
    if (found !== undefined) return found;
  }
  return sdkChain(profile);
}

const WORDS: Record<string, string> = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
};

function pair(get: (name: string) => string | undefined, name: string): CredentialSource | undefined {
  const accessKeyId = get('AWS_ACCESS_KEY_ID');
  const secretAccessKey = get('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const [has, lacks] = accessKeyId
      ? ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY']
      : ['SECRET_ACCESS_KEY', 'ACCESS_KEY_ID'];
    throw usageError(`${name} has AWS_${has} without AWS_${lacks}`, {
      hint: 'set both in one place, or neither: keys of two places are not mixed',
    });
  }
  const credentials = { accessKeyId, secretAccessKey, sessionToken: get('AWS_SESSION_TOKEN') };
  // Said without the value, which is a secret.
  for (const [variable, value = ''] of Object.entries(credentials))
    if (!/^[!-~]*$/.test(value))
      throw usageError(`${name}: the ${WORDS[variable]} has a character that no key has`, {
        hint: 'put your own there, without spaces or quotation marks',
      });
  return { name, get: async () => credentials };
}

async function sdkChain(profile: string | undefined): Promise<CredentialSource> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const provider = defaultProvider({ ...(profile !== undefined && { profile }), logger: silent });
  try {
    await provider();
  } catch (cause) {
    throw usageError(
      profile === undefined
        ? 'there are no credentials for the store'
        : `profile "${profile}" gives no credentials`,
      {
        hint:
          profile === undefined
            ? 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to .env, or give --profile'
            : 'see ~/.aws/config and ~/.aws/credentials',
        cause,
      },
    );
  }
  return {
    name: profile === undefined ? "the AWS SDK's chain" : `profile "${profile}"`,
    get: () => provider(),
  };
}

/** The SDK writes warnings to the console where it has no logger. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
