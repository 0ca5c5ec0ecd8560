package io.ashlar.daemon.node;

import io.ashlar.control.ByteSize;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.StoreFormat;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.transform.XtsProvider;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.replication.metadata.MetadataStore;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides whether the pool is this node's, formats it at first start, and opens it on its shard's
/// thread:
///
/// | metadata names | device holds | then |
/// |---|---|---|
/// | no cluster | nothing | form a cluster, format |
/// | no cluster | a pool | refuse; with [PoolClaim#ADOPT] take the pool's cluster over |
/// | a cluster, no volumes | nothing | format: an earlier first start did not get so far |
/// | a cluster, volumes | nothing | refuse: it is the wrong device |
/// | a cluster | a pool | open it; the store refuses another cluster's |
/// | no cluster | a damaged pool, or of a newer format | refuse |
/// | any | something else | refuse: it is not ours to touch |
///
/// A node of a cluster counts the volumes that live on it, and has two rows more:
///
/// | metadata names | device holds | then |
/// |---|---|---|
/// | a cluster that the node joined | the empty pool of when it was alone | format |
/// | volumes on this node's device | another device, or it as it was before | refuse; with
/// [PoolClaim#ADOPT] go on with what is there |
final class PoolOpening {
  private static final Logger LOG = LoggerFactory.getLogger(PoolOpening.class);

  private final MetadataStore metadata;
  private final PoolDevice pool;
  private final Consumer<String> progress;
  private final Home home;
  private final PoolTrouble trouble = new PoolTrouble();

  /// @param home which volumes live on this node
  /// @param progress hears a sentence when something takes time
  PoolOpening(MetadataStore metadata, PoolDevice pool, Home home, Consumer<String> progress) {
    this.metadata = metadata;
    this.pool = pool;
    this.home = home;
    this.progress = progress;
  }

  /// Refuses a pool that is not this node's to take. Nothing is changed.
  void check(PoolClaim claim) throws StartException {
    refuseForeign();
    UUID found = pool.cluster();
    if (metadata.state().cluster() == null && found != null && claim == PoolClaim.OWN_ONLY) {
      throw new StartException(
          "pool-unknown",
          "%s holds a pool of cluster %s, and the data directory has no metadata about it. If that was lost, start once with --adopt-pool: the volumes come back, closed to all hosts. If this is another node's pool, choose another device."
              .formatted(pool.device().name(), found));
    }
    if (isBlank() && home.hasVolumes()) {
      throw new StartException(
          "pool-blank",
          pool.device().name()
              + " is blank, and the metadata names volumes that were on it: bring back the right"
              + " device, or begin anew with another data directory (--data).");
    }
    Superblock root = pool.root();
    String doubt = root == null ? null : home.doubtAbout(root);
    if (doubt != null && claim == PoolClaim.OWN_ONLY && !isLeftFromBeforeJoining()) {
      throw new StartException(
          "pool-stale",
          "%s %s. Bring back the right device; or start once with --adopt-pool to go on with what is there, and lose the rest."
              .formatted(pool.device().name(), doubt));
    }
  }

  private boolean isLeftFromBeforeJoining() {
    UUID former = home.former();
    return former != null && !home.hasVolumes() && pool.hasRootOf(former);
  }

  private boolean isBlank() {
    return pool.content() == PoolContent.BLANK;
  }

  private void refuseForeign() throws StartException {
    String name = pool.device().name();
    if (pool.content() == PoolContent.FOREIGN) {
      throw new StartException(
          "pool-foreign",
          "%s holds data that is no Ashlar pool; nothing was changed on it. %s"
              .formatted(name, otherDevice()));
    }
    if (pool.content() == PoolContent.UNREADABLE && metadata.state().cluster() == null) {
      throw new StartException(
          "pool-refused",
          "%s holds a pool that cannot be opened (%s); nothing was changed on it."
              .formatted(name, pool.complaint()));
    }
  }

  /// Nobody is told to erase what may be a damaged pool.
  private String otherDevice() {
    return !home.hasVolumes()
        ? "Choose another device, or erase its first MiB if that data is to go."
        : "The metadata names volumes that were on the pool: bring back the right device.";
  }

  /// Opens the pool after [#check].
  ///
  /// @param keys for the shard's thread alone
  /// @param engine memory for index pages, and how often to scrub
  PoolShard open(ShardLoop loop, KeyProvider keys, DaemonOptions.Engine engine)
      throws StartException {
    try {
      if (isBlank() || isLeftFromBeforeJoining()) {
        MetadataRegistry.formAs(metadata, UUID.randomUUID());
        format(loop);
        pool.look();
      }
      sayCipher();
      StoreOptions options = options(engine.indexBudgetBytes());
      LogStore store =
          loop.call(() -> {
            LogStore opened = openStore(options, keys);
            opened.scrubEvery(engine.scrubIntervalNs());
            return opened;
          });
      adopt();
      return new PoolShard(loop, pool.device(), store, trouble);
    } catch (PoolRefusal refusal) {
      throw new StartException("pool-refused", refusal.sentence, refusal);
    }
  }

  private static void sayCipher() {
    XtsProvider cipher = XtsProvider.best();
    LOG.info("Volumes are sealed by {}.", cipher);
    if (cipher == XtsProvider.JDK) {
      LOG.warn(
          "OpenSSL 3 (libcrypto) was not found: sealing is slower, and volumes' keys are on the Java"
              + " heap. Install it (Debian: 'apt-get install libssl3').");
    }
  }

  private StoreOptions options(long indexBudgetBytes) {
    StoreOptions options =
        StoreOptions.standard().with(StoreOptions.Sizing.standard(indexBudgetBytes));
    UUID own = metadata.state().cluster();
    return own == null ? options : options.of(own);
  }

  /// The adopted cluster is recorded when its pool is known to open, so that a refused adoption
  /// leaves the metadata as empty as it was.
  private void adopt() {
    if (metadata.state().cluster() == null) {
      UUID adopted = Objects.requireNonNull(pool.cluster(), "an opened pool names its cluster");
      MetadataRegistry.formAs(metadata, adopted);
      progress.accept("Adopted the pool of cluster " + adopted + ".");
    }
  }

  /// Carries a sentence out of the shard's thread.
  private static final class PoolRefusal extends RuntimeException {
    private final String sentence;

    PoolRefusal(StoreOpenException refused) {
      super(refused);
      this.sentence = String.valueOf(refused.getMessage());
    }
  }

  private LogStore openStore(StoreOptions options, KeyProvider keys) {
    try {
      return LogStore.open(pool.device(), options, SystemClock.INSTANCE, keys, trouble);
    } catch (StoreOpenException refused) {
      throw new PoolRefusal(refused);
    }
  }

  private void format(ShardLoop loop) throws StartException {
    BlockDevice device = pool.device();
    if (device.geometry().sizeBytes() < StoreFormat.deviceBytesMin()) {
      throw new StartException(
          "pool-too-small",
          device.name()
              + " is too small for a pool: it needs at least "
              + ByteSize.format(StoreFormat.deviceBytesMin())
              + ".");
    }
    progress.accept("Formatting " + device.name() + " …");
    UUID cluster = Objects.requireNonNull(metadata.state().cluster(), "formed before the format");
    StoreFormat format =
        new StoreFormat(UUID.randomUUID(), cluster, new SecureRandom().nextLong(), 0);
    boolean _ =
        loop.call(() -> {
          try {
            LogStore.format(device, format);
            return true;
          } catch (StoreOpenException refused) {
            throw new PoolRefusal(refused);
          }
        });
  }
}
