package io.ashlar.replication.metadata.raft;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/// [RaftTls] in Ratis' words: TLS 1.3 by the JDK, and both ends show a certificate.
final class MutualTls {
  private static final char[] NO_PASSWORD = new char[0];

  private MutualTls() {}

  static GrpcTlsConfig of(RaftTls tls) throws IOException {
    try {
      return new GrpcTlsConfig.Builder()
          .setName("metadata")
          .setKeyManager(keyManager(tls))
          .setTrustManager(new AnyAddress(trustManager(tls)))
          .setMutualTls(true)
          .setSslProvider(SslProvider.JDK)
          .setProtocols("TLSv1.3")
          .build();
    } catch (GeneralSecurityException e) {
      throw new RaftMetadataException(
          "the certificates for the metadata cannot be used: " + e.getMessage(), e);
    }
  }

  private static KeyManager keyManager(RaftTls tls) throws GeneralSecurityException, IOException {
    KeyStore keys = emptyStore();
    keys.setKeyEntry("node", tls.key(), NO_PASSWORD, tls.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, NO_PASSWORD);
    return factory.getKeyManagers()[0];
  }

  private static X509TrustManager trustManager(RaftTls tls)
      throws GeneralSecurityException, IOException {
    KeyStore authorities = emptyStore();
    for (int i = 0; i < tls.authorities().size(); i++) {
      authorities.setCertificateEntry("authority-" + i, tls.authorities().get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new CertificateException("nobody checks certificates");
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /// Believes a chain under whatever address it is shown, because certificates name nodes.
  private static final class AnyAddress extends X509ExtendedTrustManager {
    private final X509TrustManager chains;

    AnyAddress(X509TrustManager chains) {
      this.chains = chains;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return chains.getAcceptedIssuers();
    }
  }
}
