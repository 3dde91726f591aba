import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Certificates in DER, by hand: Node makes keys but no certificates, and not every machine has an openssl command. */
export interface Authority {
  readonly certificate: string;
  readonly issue: (names: readonly string[], validUntil?: Date) => { readonly cert: string; readonly key: string };
}

const ecdsaWithSha256 = sequence(tlv(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const dayMs = 24 * 60 * 60 * 1000;

export function createAuthority(name: string): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isAuthority = extension("551d13", true, sequence(tlv(0x01, Buffer.from([0xff]))));
  const certificate = (subject: string, key: KeyObject, extensions: Buffer, until: Date) =>
    toPem(certificateOf({ issuer: name, subject, publicKey: key, signer: keys.privateKey, extensions, until }));
  return {
    certificate: certificate(name, keys.publicKey, isAuthority, new Date(Date.now() + dayMs)),
    issue: (names, validUntil = new Date(Date.now() + dayMs)) => {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const cert = certificate(
        names[0] ?? "leaf",
        own.publicKey,
        extension("551d11", false, sequence(...names.map(alternativeName))),
        validUntil,
      );
      return { cert, key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}

interface Parts {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: Buffer;
  readonly until: Date;
}

function certificateOf({ issuer, subject, publicKey, signer, extensions, until }: Parts): Buffer {
  const version3 = tlv(0xa0, tlv(0x02, Buffer.from([2])));
  const serial = tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const validity = sequence(time(new Date(Date.now() - 30 * dayMs)), time(until));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const body = sequence(version3, serial, ecdsaWithSha256, named(issuer), validity, named(subject), spki, tlv(0xa3, sequence(extensions)));
  return sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)])));
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? tlv(0x82, Buffer.from(name)) : tlv(0x87, Buffer.from(ipaddr.parse(name).toByteArray()));
}

function extension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? tlv(0x01, Buffer.from([0xff])) : Buffer.alloc(0);
  return sequence(tlv(0x06, Buffer.from(oid, "hex")), critical, tlv(0x04, value));
}

function named(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(tlv(0x06, Buffer.from("550403", "hex")), tlv(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function sequence(...items: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(items));
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), value]);
}

function toPem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}
