package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlException;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.ScrubInfo;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.StoreFormat;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.daemon.metrics.NodeMetrics;
import io.ashlar.daemon.node.FaultyDevice.Fault;
import io.ashlar.daemon.volume.ExportNames;
import io.ashlar.daemon.volume.FakeVolumeEngine;
import io.ashlar.daemon.volume.FakeVolumeRegistry;
import io.ashlar.daemon.volume.VolumeService;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a node says of a pool whose disk fails under it: the real store on its real loop, over a
/// disk that fails when told to.
class PoolFailureTest {
  private static final String DISK = "/dev/none/planted";
  private static final long DISK_BYTES = 128L << 20;
  private static final int BLOCK_BYTES = 4096;
  private static final int PATIENCE_SECONDS = 30;
  private static final VolumeId VOLUME = new VolumeId(new UUID(1, 2));

  @TempDir private Path directory;

  private final FaultyDevice disk = new FaultyDevice(DISK, DISK_BYTES);
  private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
  private volatile NodeCondition condition = NodeCondition.of(NodeState.READY);
  private final ShardLoop loop =
      new ShardLoop(
          "pool-failure",
          SystemClock.INSTANCE,
          0,
          failure -> {
            condition = NodeCondition.failed(failure);
            broken.complete(failure);
          });

  @SuppressWarnings("NullAway.Init") // set before each test
  private PoolShard pool;

  @SuppressWarnings("NullAway.Init") // set before each test
  private NodeReport report;

  @BeforeEach
  void open() throws Exception {
    PoolTrouble trouble = new PoolTrouble();
    LogStore store = loop.call(() -> format(trouble));
    pool = new PoolShard(loop, disk, store, trouble);
    pool.create(
        new VolumeEntry(VOLUME.uuid(), 1, BLOCK_BYTES, 1 << 20, 0, false, "db", new byte[0]));
    DaemonOptions options =
        DaemonOptions.read(
            new ConfigSources(
                Files.writeString(directory.resolve("ashlar.yaml"), ""), Map.of(), List.of()));
    VolumeService volumes =
        new VolumeService(
            new FakeVolumeRegistry(),
            new FakeVolumeEngine(),
            new ExportNames(List.of(), List.of()));
    report = new NodeReport(options, pool, volumes, () -> condition, List.of());
  }

  @SuppressWarnings("MustBeClosedChecker") // the store keeps its keys
  private LogStore format(PoolTrouble trouble) throws Exception {
    UUID cluster = new UUID(3, 4);
    LogStore.format(disk, new StoreFormat(new UUID(5, 6), cluster, 7, 0));
    UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(KeyEncryptionKey.LENGTH_BYTES));
    LocalKeyProvider keys =
        new LocalKeyProvider(bytes -> {}, KeyEncryptionKey.copyOf(new UUID(8, 9), key, 0));
    StoreOptions options =
        StoreOptions.standard().of(cluster).with(StoreOptions.Sizing.standard(16L << 20));
    return LogStore.open(disk, options, SystemClock.INSTANCE, keys, trouble);
  }

  @AfterEach
  void close() {
    pool.close();
    loop.close();
  }

  private BlockStatus submit(BlockOperation operation) throws Exception {
    BlockVolume volume = pool.front(VOLUME, QosLimits.UNLIMITED).guarded();
    CompletableFuture<BlockStatus> ended = new CompletableFuture<>();
    BlockRequest request = new BlockRequest(done -> ended.complete(done.status));
    request.operation = operation;
    request.lengthBytes = BLOCK_BYTES;
    request.data.wrap(BufferUtil.allocateDirectAligned(BLOCK_BYTES, BLOCK_BYTES));
    request.data.putLong(0, 1);
    loop.eventLoop().execute(() -> volume.submit(request));
    return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private String metrics() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new NodeMetrics(report::figures).write(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private HealthEntry entry(String code) {
    return report.health().stream()
        .filter(each -> each.code().equals(code))
        .findFirst()
        .orElseThrow(() -> new AssertionError(code + " among " + report.health()));
  }

  private void assertFailed() throws Exception {
    assertThat(report.isReady()).isFalse();
    assertThat(report.node().state()).isEqualTo("failed");
    assertThat(report.node().health()).isEqualTo(report.health());
    assertThat(metrics())
        .containsPattern("ashlar_health\\{code=\"[a-z-]+\",.*severity=\"critical\"} 1.0");
  }

  @Test
  void shouldBeWellAndCountWhatIsSaved() throws Exception {
    assertThat(submit(BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
    PoolInfo info = report.pool();
    assertThat(info.state()).isEqualTo("healthy");
    assertThat(info.health()).isEmpty();
    assertThat(info.reduction().hostBytes()).isEqualTo(BLOCK_BYTES);
    assertThat(info.reduction().storedBytes()).isEqualTo(BLOCK_BYTES);
    assertThat(info.reduction().compression()).isEqualTo(1);
    assertThat(info.smart().available()).isFalse();
    assertThat(info.smart().source()).isEqualTo("memory has no SMART log");
    assertThat(report.isReady()).isTrue();
  }

  @Test
  void shouldRefuseASecondScrubWhileOneThatWasAskedForIsUnderWay() throws Exception {
    assertThat(submit(BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
    disk.fault = Fault.HOLDS_READS;
    assertThat(report.scrub().start().state()).isEqualTo(ScrubInfo.ASKED);
    ControlException refused =
        catchThrowableOfType(ControlException.class, () -> report.scrub().start());
    assertThat(refused.code()).isEqualTo(ProblemCode.SCRUB_RUNNING);
    assertThat(report.scrub().stop().state()).isEqualTo(ScrubInfo.IDLE);
    assertThat(report.scrub().start().state()).isEqualTo(ScrubInfo.ASKED);
    disk.fault = Fault.NONE;
  }

  @Test
  void shouldSayThatThePoolTakesNoMoreWrites() throws Exception {
    disk.fault = Fault.WRITES;
    assertThat(submit(BlockOperation.WRITE)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(report.pool().state()).isEqualTo("failed");
    assertThat(entry("pool-failed").sentence()).contains(DISK).contains("start the node again");
    assertThat(entry("device-errors").sentence()).contains("0 reads and 1 writes");
    assertThat(broken).isNotDone();
    assertThatThrownBy(() -> report.scrub().start())
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("failed and is not scrubbed")
        .extracting(refused -> ((ControlException) refused).code())
        .isEqualTo(ProblemCode.NOT_READY);
    assertThat(report.scrub().status().state()).isEqualTo(ScrubInfo.IDLE);
    assertFailed();
  }

  @Test
  void shouldSayThatTheDiskIsGone() throws Exception {
    assertThat(submit(BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
    disk.fault = Fault.PULLED;
    assertThat(submit(BlockOperation.READ)).isNotEqualTo(BlockStatus.OK);
    assertThat(report.pool().state()).isEqualTo("failed");
    assertThat(entry("device-gone").sentence()).contains(DISK).contains("until it is back");
    assertFailed();
  }

  @Test
  void shouldStopTheShardAndSayWhyWhenTheStoreThrows() throws Exception {
    assertThat(submit(BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
    disk.fault = Fault.THROWS;
    loop.eventLoop()
        .execute(() -> {
          BlockRequest request = new BlockRequest(done -> {});
          request.operation = BlockOperation.WRITE;
          request.lengthBytes = BLOCK_BYTES;
          request.data.wrap(BufferUtil.allocateDirectAligned(BLOCK_BYTES, BLOCK_BYTES));
          request.data.putLong(0, 2);
          frontNow().submit(request);
        });
    assertThat(broken.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).hasMessage("planted in the store");
    assertThat(entry("node-failed").sentence()).contains("planted in the store");
    assertFailed();
    assertThatThrownBy(() -> pool.delete(VOLUME)).isInstanceOf(ControlException.class);
  }

  private BlockVolume frontNow() {
    VolumeFront front = pool.front(VOLUME);
    if (front == null) {
      throw new AssertionError("a front was made before");
    }
    return front.guarded();
  }
}
