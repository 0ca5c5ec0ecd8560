package io.ashlar.replication.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Text encodings of keys and certificates (RFC 7468). Bytes of private keys pass through arrays
/// that are wiped, never through strings.
final class Pem {
  static final String PRIVATE_KEY = "PRIVATE KEY";
  static final String REQUEST = "CERTIFICATE REQUEST";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final int LINE_LENGTH = 64;
  private static final byte[] LINE_END = {'\n'};

  private Pem() {}

  /// The text of one structure.
  static byte[] encode(String label, byte[] der) {
    byte[] body = Base64.getMimeEncoder(LINE_LENGTH, LINE_END).encode(der);
    byte[] begin = ascii("-----BEGIN " + label + "-----\n");
    byte[] end = ascii("\n-----END " + label + "-----\n");
    byte[] text = Arrays.copyOf(begin, begin.length + body.length + end.length);
    System.arraycopy(body, 0, text, begin.length, body.length);
    System.arraycopy(end, 0, text, begin.length + body.length, end.length);
    Arrays.fill(body, (byte) 0);
    return text;
  }

  /// The structure in a text that holds one with this label.
  static byte[] decode(String label, byte[] text) throws IdentityException {
    byte[] begin = ascii("-----BEGIN " + label + "-----");
    byte[] end = ascii("-----END " + label + "-----");
    int from = indexOf(text, begin, 0);
    int to = from < 0 ? -1 : indexOf(text, end, from + begin.length);
    if (to < 0) {
      throw new IdentityException("there is no " + label + " in it");
    }
    byte[] body = Arrays.copyOfRange(text, from + begin.length, to);
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException notBase64) {
      throw new IdentityException("its " + label + " is damaged", notBase64);
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  static PrivateKey privateKey(byte[] text) throws IdentityException {
    byte[] der = decode(PRIVATE_KEY, text);
    try {
      return KeyFactory.getInstance(NodeKeys.ALGORITHM)
          .generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException none) {
      // The cause could show a part of what was read.
      throw new IdentityException("its private key is none on P-256");
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  static byte[] encode(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    try {
      for (X509Certificate each : certificates) {
        byte[] pem = encode(CERTIFICATE, each.getEncoded());
        text.append(new String(pem, StandardCharsets.US_ASCII));
      }
    } catch (CertificateException impossible) {
      throw new IllegalStateException("a certificate has an encoding", impossible);
    }
    return ascii(text.toString());
  }

  /// All certificates of a text, at least one.
  static List<X509Certificate> certificates(byte[] text) throws IdentityException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Certificate each : factory.generateCertificates(new ByteArrayInputStream(text))) {
        found.add((X509Certificate) each);
      }
    } catch (CertificateException damaged) {
      throw new IdentityException("its certificate is damaged", damaged);
    }
    if (found.isEmpty()) {
      throw new IdentityException("there is no certificate in it");
    }
    return found;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static int indexOf(byte[] text, byte[] part, int from) {
    for (int at = from; at <= text.length - part.length; at++) {
      if (Arrays.equals(text, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    return -1;
  }
}
