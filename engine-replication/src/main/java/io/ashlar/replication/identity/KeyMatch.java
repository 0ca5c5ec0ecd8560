package io.ashlar.replication.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/// Whether a private key is that of a certificate: what it signs is verified with the other.
final class KeyMatch {
  private static final byte[] SAMPLE =
      "ashlar: is this the key?".getBytes(StandardCharsets.US_ASCII);

  private KeyMatch() {}

  static boolean isOf(PrivateKey key, X509Certificate certificate) {
    try {
      Signature signer = Signature.getInstance(ClusterAuthority.SIGNATURE);
      signer.initSign(key);
      signer.update(SAMPLE);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(ClusterAuthority.SIGNATURE);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(SAMPLE);
      return verifier.verify(signature);
    } catch (GeneralSecurityException wrongKind) {
      return false;
    }
  }
}
