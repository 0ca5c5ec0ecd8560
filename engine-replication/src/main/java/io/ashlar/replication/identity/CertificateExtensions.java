package io.ashlar.replication.identity;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/// What certificates say beyond key and dates (RFC 5280, 4.2).
final class CertificateExtensions {
  private CertificateExtensions() {}

  /// Of an authority: it signs node certificates, and no other authority.
  static void addAuthority(X509v3CertificateBuilder builder, PublicKey key) throws IOException {
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, utils().createSubjectKeyIdentifier(key));
  }

  /// Of a node: it is both ends of a TLS connection, under one name.
  static void addNode(
      X509v3CertificateBuilder builder, NodeName name, PublicKey key, PublicKey issuer)
      throws IOException {
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    KeyPurposeId[] purposes = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    builder.addExtension(Extension.subjectAlternativeName, false, names(name));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, utils().createSubjectKeyIdentifier(key));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, utils().createAuthorityKeyIdentifier(issuer));
  }

  /// A node's name as the one alternative name of a subject.
  static GeneralNames names(NodeName name) {
    return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, name.uri()));
  }

  private static JcaX509ExtensionUtils utils() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has the digest of key identifiers", missing);
    }
  }
}
