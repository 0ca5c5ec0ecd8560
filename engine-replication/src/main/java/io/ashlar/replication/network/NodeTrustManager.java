package io.ashlar.replication.network;

import io.ashlar.core.base.Clock;
import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.RefusedCertificateException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Believes nodes of this cluster, whichever end they are.
final class NodeTrustManager extends X509ExtendedTrustManager {
  private final CertificateCheck check;
  private final Clock clock;

  NodeTrustManager(CertificateCheck check, Clock clock) {
    this.check = check;
    this.clock = clock;
  }

  private void check(X509Certificate[] chain) throws RefusedCertificateException {
    var _ = check.check(chain[0], Instant.ofEpochMilli(clock.epochMillis()));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  /// Asks for any certificate: who has the wrong one is to be told so, not to send none.
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
