/**
 * Region and endpoint of a profile in `~/.aws/config`. Credentials of profiles are left to the AWS SDK; these two
 * are needed without it.
 * Source: AWS SDKs and Tools reference guide, "Shared config and credentials files", "Service-specific endpoints".
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface AwsProfile {
  region?: string;
  endpoint?: string;
}

/** What the config file says of a profile; nothing where there is no such file or profile. */
export async function readAwsProfile(profile: string, environment: NodeJS.ProcessEnv): Promise<AwsProfile> {
  const path = environment.AWS_CONFIG_FILE || join(environment.HOME || homedir(), '.aws', 'config');
  const sections = parse(await readFile(path, 'utf8').catch(() => ''));
  const found = sections.get(profile === 'default' ? 'default' : `profile ${profile}`);
  const services = sections.get(`services ${found?.get('services')}`);
  const region = found?.get('region');
  const endpoint = services?.get('s3.endpoint_url') ?? found?.get('endpoint_url');
  return { ...(region && { region }), ...(endpoint && { endpoint }) };
}

/** Sections by name; keys of nested blocks as `block.key`. */
function parse(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let block = '';
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line);
    const pair = /^(\s*)([^\s=#;][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (heading) {
      section = new Map();
      sections.set(heading[1]!.replace(/\s+/g, ' '), section);
    } else if (pair) {
      const [, indent, key, value] = pair;
      if (indent === '') block = value === '' ? `${key}.` : '';
      section.set(indent === '' ? key! : `${block}${key}`, value!);
    }
  }
  return sections;
}
