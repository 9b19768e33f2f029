import type { ISubscriptionGrant } from 'mqtt';

/** The settings with which this machine shows the broker who it is, and knows the broker. */
export interface BrokerSettings {
  readonly mqttUsername?: string | undefined;
  readonly mqttPassword?: string | undefined;
  /** PEM text of a private authority. */
  readonly mqttCa?: string | undefined;
  /** PEM texts of a client certificate and its key, for a broker that knows machines by these. */
  readonly mqttCert?: string | undefined;
  readonly mqttKey?: string | undefined;
}

/** The same in the words of the MQTT client and of TLS. */
export interface BrokerLogin {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export function loginOf({
  mqttUsername: username,
  mqttPassword: password,
  mqttCa: ca,
  mqttCert: cert,
  mqttKey: key,
}: BrokerSettings): BrokerLogin {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** 128 is the broker's "no" to one topic (MQTT 3.1.1, SUBACK). */
export function mayRead(granted: readonly ISubscriptionGrant[] | undefined): boolean {
  return granted?.every(({ qos }) => (qos as number) !== 128) === true;
}
