package io.ashlar.replication.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.UUID;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The cluster's certificate authority: whoever holds it can make nodes.
public final class ClusterAuthority {
  static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  private final UUID cluster;
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final SecureRandom random = new SecureRandom();

  ClusterAuthority(UUID cluster, PrivateKey key, X509Certificate certificate) {
    this.cluster = cluster;
    this.key = key;
    this.certificate = certificate;
  }

  /// A new authority, for a new cluster or to take the place of another one.
  public static ClusterAuthority create(UUID cluster, Validity validity) {
    KeyPair keys = NodeKeys.generate();
    BigInteger serial = serial(new SecureRandom());
    // Authorities of one cluster that follow each other have different names.
    X500Principal name =
        new X500Principal("O=" + cluster + ", CN=Ashlar authority " + serial.toString(16));
    try {
      X509v3CertificateBuilder builder = builder(name, serial, validity, name, keys.getPublic());
      CertificateExtensions.addAuthority(builder, keys.getPublic());
      return new ClusterAuthority(cluster, keys.getPrivate(), sign(builder, keys.getPrivate()));
    } catch (IOException impossible) {
      throw new IllegalStateException("extensions have an encoding", impossible);
    }
  }

  public UUID cluster() {
    return cluster;
  }

  /// What nodes trust.
  public X509Certificate certificate() {
    return certificate;
  }

  PrivateKey key() {
    return key;
  }

  /// Issues a certificate to a node whose key was drawn here.
  public X509Certificate issue(int node, PublicKey nodeKey, Validity validity) {
    NodeName name = new NodeName(cluster, node);
    X500Principal subject = new X500Principal("O=" + cluster + ", CN=node " + node);
    try {
      X509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(), serial(random), validity, subject, nodeKey);
      CertificateExtensions.addNode(builder, name, nodeKey, certificate.getPublicKey());
      return sign(builder, key);
    } catch (IOException impossible) {
      throw new IllegalStateException("extensions have an encoding", impossible);
    }
  }

  /// Issues a certificate to a node that asks for it. Whether it may have it is the caller's to
  /// know (a token that is good once); what is certain here is that it has the key, and asks for
  /// the name that it is granted.
  ///
  /// @param node the number that it is granted
  public X509Certificate issue(CertificateRequest request, int node, Validity validity)
      throws IdentityException {
    NodeName granted = new NodeName(cluster, node);
    if (!request.name().equals(granted)) {
      throw new IdentityException(
          "The certificate request is for "
              + request.name().uri()
              + ", and "
              + granted.uri()
              + " is granted: ask again for that.");
    }
    return issue(node, request.key(), validity);
  }

  private static X509v3CertificateBuilder builder(
      X500Principal issuer,
      BigInteger serial,
      Validity validity,
      X500Principal subject,
      PublicKey subjectKey) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        serial,
        Date.from(validity.from()),
        Date.from(validity.until()),
        subject,
        subjectKey);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey signer) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer)));
    } catch (OperatorCreationException | CertificateException impossible) {
      throw new IllegalStateException("a P-256 key signs", impossible);
    }
  }

  /// A number that nobody foresees (RFC 5280, 4.1.2.2: at most 20 bytes, and positive).
  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS);
  }
}
