import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Configuration } from '#platform/configuration.js';
import { Keys, equalSecrets } from '#platform/keys.js';

import { OperatorApiError } from './operator-api-error.js';

const COOKIE = 'vendrail_session';
/** Until operators can sign in by name, a session ends with the day. */
const SESSION_SECONDS = 86_400;

/** Who may look: whoever has the token printed at start, by a cookie that scripts cannot read. */
@Injectable()
export class OperatorSessions implements CanActivate {
  constructor(
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(Keys) private readonly keys: Keys,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.isOpen(request)) return true;
    throw new OperatorApiError(401, 'NOT_SIGNED_IN', 'open the link that the server printed at its start');
  }

  /** @throws OperatorApiError for a wrong token. */
  open(token: unknown, reply: FastifyReply): void {
    if (typeof token !== 'string' || !equalSecrets(this.configuration.OPERATOR_TOKEN, token)) {
      throw new OperatorApiError(401, 'WRONG_TOKEN', 'this is not the token that the server printed at its start');
    }
    const until = Math.floor(Date.now() / 1_000) + SESSION_SECONDS;
    setCookie(reply, `${until}.${this.mac(until)}`, SESSION_SECONDS);
  }

  close(reply: FastifyReply): void {
    setCookie(reply, '', 0);
  }

  private isOpen(request: FastifyRequest): boolean {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
    const [until = '', mac = ''] = value.split('.');
    if (!/^\d{1,12}$/.test(until) || Number(until) * 1_000 < Date.now()) return false;
    return equalSecrets(this.mac(Number(until)), mac);
  }

  /** Bound to the token: a new token ends the sessions of the old one. */
  private mac(until: number): string {
    return this.keys.mac('session', `${until}.${this.configuration.OPERATOR_TOKEN}`);
  }
}

function setCookie(reply: FastifyReply, value: string, seconds: number): void {
  void reply.header('set-cookie', `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`);
}
