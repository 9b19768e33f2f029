import { HttpException } from '@nestjs/common';

/** What the operators' API says when it cannot do what was asked. */
export class OperatorApiError extends HttpException {
  constructor(status: number, code: string, message: string) {
    super({ error: { code, message } }, status);
  }
}
