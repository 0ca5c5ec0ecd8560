package io.ashlar.replication.network;

import io.ashlar.core.base.Clock;
import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeyManager;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.NodeTrustManager;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ImmediateExecutor;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// TLS 1.3 by which both ends prove with a certificate which node of the cluster they are. Every
/// connection shakes hands in full: a resumed session would skip the proof.
public final class MutualTls implements ChannelSecurity {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /// What is sent is sealed blocks mostly; 128 bits are as good here, and faster.
  private static final String[] CIPHER_SUITES = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"
  };

  /// A connection that is given up is not kept open for a farewell that nobody reads.
  private static final int FAREWELL_MS = 200;

  private final Clock clock;
  private final Executor handshakes;
  private final NodeName name;
  private volatile SSLContext context;

  /// Shakes hands on the event loop; that takes it a millisecond or two.
  public MutualTls(NodeCredentials credentials, Clock clock) {
    this(credentials, clock, ImmediateExecutor.INSTANCE);
  }

  /// @param handshakes where the arithmetic of handshakes is done; it may have threads
  public MutualTls(NodeCredentials credentials, Clock clock, Executor handshakes) {
    this.clock = clock;
    this.handshakes = handshakes;
    name = credentials.name();
    context = contextOf(credentials);
  }

  /// Takes other credentials of the same node for the connections that are made from now on; those
  /// that are there go on. Any thread may call it.
  public void rotate(NodeCredentials next) {
    if (!next.name().equals(name)) {
      throw new IllegalArgumentException(
          "The new certificate is "
              + next.name().uri()
              + "'s, and this node is "
              + name.uri()
              + ": issue one for this node.");
    }
    context = contextOf(next);
  }

  private SSLContext contextOf(NodeCredentials credentials) {
    CertificateCheck check = new CertificateCheck(name.cluster(), credentials.trusted());
    try {
      SSLContext made = SSLContext.getInstance(PROTOCOLS[0]);
      made.init(
          new KeyManager[] {new NodeKeyManager(credentials)},
          new TrustManager[] {
            new NodeTrustManager(check, () -> Instant.ofEpochMilli(clock.epochMillis()))
          },
          null);
      return made;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has TLS 1.3", missing);
    }
  }

  @Override
  public NodeName provenName() {
    return name;
  }

  @Override
  public SslHandler newHandler(ConnectionRole role) {
    // Without the other end's name and port there is no session that it could resume.
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(role == ConnectionRole.DIALED);
    engine.setNeedClientAuth(true);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setEnabledCipherSuites(CIPHER_SUITES);
    SslHandler handler = new SslHandler(engine, handshakes);
    // The greeting has a bound of its own, and the handshake is a part of it.
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(FAREWELL_MS);
    return handler;
  }

  /// The node that the other end proved to be.
  ///
  /// @return null if it proved nothing
  static @Nullable Integer provedBy(SslHandler handler) {
    try {
      Certificate[] chain = handler.engine().getSession().getPeerCertificates();
      NodeName proved = CertificateCheck.nameIn((X509Certificate) chain[0]);
      return proved == null ? null : proved.node();
    } catch (SSLPeerUnverifiedException nothing) {
      return null;
    }
  }
}
