package io.ashlar.replication.identity;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Believes nodes of this cluster, whichever end they are, and under any address: certificates name
/// nodes.
public final class NodeTrustManager extends X509ExtendedTrustManager {
  private final CertificateCheck check;
  private final InstantSource clock;

  public NodeTrustManager(CertificateCheck check, InstantSource clock) {
    this.check = check;
    this.clock = clock;
  }

  private void check(X509Certificate[] chain) throws RefusedCertificateException {
    var _ = check.check(chain[0], clock.instant());
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
