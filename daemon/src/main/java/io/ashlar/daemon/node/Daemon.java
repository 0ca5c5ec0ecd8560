package io.ashlar.daemon.node;

import io.ashlar.control.NodeInfo;
import io.ashlar.daemon.config.DaemonOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node that starts again in its process when one of its lives is over: it became one of a
/// cluster, or the cluster ended its life while it was away.
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /// Who asked for it gets the answer first.
  private static final long BEFORE_RESTART_NS = TimeUnit.MILLISECONDS.toNanos(300);

  private final DaemonOptions options;
  private final Consumer<String> progress;
  private final Consumer<Throwable> onFailure;
  private @Nullable Node node;
  private boolean isClosed;

  private Daemon(DaemonOptions options, Consumer<String> progress, Consumer<Throwable> onFailure) {
    this.options = options;
    this.progress = progress;
    this.onFailure = onFailure;
  }

  /// Starts a node; hosts are served when this returns. See [Node#start].
  ///
  /// @param onFailure also runs where the node does not start again: the process must end
  public static Daemon start(
      DaemonOptions options,
      PoolClaim claim,
      Consumer<String> progress,
      Consumer<Throwable> onFailure)
      throws StartException {
    Daemon daemon = new Daemon(options, progress, onFailure);
    daemon.open(claim);
    return daemon;
  }

  private synchronized void open(PoolClaim claim) throws StartException {
    node = Node.start(options, claim, progress, onFailure, this::onOver);
  }

  private void onOver(String sentence) {
    LOG.warn("{}", sentence);
    progress.accept(sentence);
    var _ = Thread.ofPlatform().name("ashlar-restart").daemon().start(this::restart);
  }

  private void restart() {
    LockSupport.parkNanos(BEFORE_RESTART_NS);
    synchronized (this) {
      Node over = node;
      if (isClosed || over == null) {
        return;
      }
      node = null;
      over.close();
      try {
        open(PoolClaim.OWN_ONLY);
        progress.accept("Started again; serving " + info().volumes() + " volume(s).");
      } catch (StartException refused) {
        progress.accept("error[%s]: %s".formatted(refused.code(), refused.getMessage()));
        onFailure.accept(refused);
      }
    }
  }

  /// What the node says of itself.
  public synchronized NodeInfo info() {
    Node present = node;
    if (present == null) {
      throw new IllegalStateException("the node did not start again");
    }
    return present.info();
  }

  /// See [Node#close].
  @Override
  public synchronized void close() {
    isClosed = true;
    Node present = node;
    if (present != null) {
      present.close();
    }
  }
}
