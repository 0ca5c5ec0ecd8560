package io.ashlar.daemon.cluster;

import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.RefusedCertificateException;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS 1.3 for a [Door]: whom one believes, and what one shows. Certificates name nodes, not
/// addresses.
final class DoorTls {
  static final String[] PROTOCOLS = {"TLSv1.3"};

  private static final char[] NO_PASSWORD = new char[0];

  /// The node's own certificate, and its authority's.
  private static final int CHAIN_LENGTH = 2;

  private DoorTls() {}

  /// Of a node: it shows its certificate with its authority's, and believes nodes of its cluster.
  static SSLContext member(NodeCredentials credentials) {
    CertificateCheck check =
        new CertificateCheck(credentials.name().cluster(), credentials.trusted());
    return context(keyManagers(credentials), chain -> check(check, chain[0]));
  }

  /// Of one that wants to join: it shows nothing, and believes a node whose authority is the one
  /// that the token names.
  static SSLContext joining(JoinToken token) {
    return context(
        null,
        chain -> {
          if (chain.length < CHAIN_LENGTH
              || !MessageDigest.isEqual(fingerprint(chain[1]), token.authority())) {
            throw new CertificateException("it does not belong to the cluster of the token");
          }
          check(new CertificateCheck(token.cluster(), List.of(chain[1])), chain[0]);
        });
  }

  private static void check(CertificateCheck check, X509Certificate certificate)
      throws CertificateException {
    try {
      var _ = check.check(certificate, Instant.now());
    } catch (RefusedCertificateException refused) {
      throw new CertificateException(refused.getMessage(), refused);
    }
  }

  /// What a token names an authority by.
  static byte[] fingerprint(X509Certificate authority) throws CertificateEncodingException {
    try {
      return MessageDigest.getInstance("SHA-256").digest(authority.getEncoded());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }

  /// The authority among the trusted ones that issued the node's certificate.
  static X509Certificate authorityOf(NodeCredentials credentials) {
    for (X509Certificate each : credentials.trusted()) {
      try {
        credentials.certificate().verify(each.getPublicKey());
        return each;
      } catch (GeneralSecurityException notIts) {
        // Another one may be.
      }
    }
    return credentials.trusted().getFirst();
  }

  private static KeyManager[] keyManagers(NodeCredentials credentials) {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(credentials.certificate());
    chain.add(authorityOf(credentials));
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          "node", credentials.key(), NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, NO_PASSWORD);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException("a P-256 key and its certificate are held", impossible);
    }
  }

  private static SSLContext context(KeyManager @Nullable [] keys, ChainCheck check) {
    try {
      SSLContext made = SSLContext.getInstance(PROTOCOLS[0]);
      made.init(keys, new TrustManager[] {new NodeTrust(check)}, null);
      return made;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has TLS 1.3", missing);
    }
  }

  @FunctionalInterface
  private interface ChainCheck {
    void check(X509Certificate[] chain) throws CertificateException;
  }

  /// Asks one question of either end's chain.
  private static final class NodeTrust extends X509ExtendedTrustManager {
    private final ChainCheck check;

    NodeTrust(ChainCheck check) {
      this.check = check;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check.check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
