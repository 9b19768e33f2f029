/** The sandbox's reseller, when the environment names none. */
export const SANDBOX_RESELLER = { id: 'vendrail-demo', userId: '9900', password: 'sandbox-password' };
