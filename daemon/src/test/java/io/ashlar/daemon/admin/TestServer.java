package io.ashlar.daemon.admin;

import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.PoolInfo;
import io.ashlar.daemon.secret.ApiToken;
import io.ashlar.daemon.volume.ExportNames;
import io.ashlar.daemon.volume.FakeVolumeEngine;
import io.ashlar.daemon.volume.FakeVolumeRegistry;
import io.ashlar.daemon.volume.VolumeService;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The real HTTP server and volume service on a free port, over an engine of maps.
public final class TestServer implements NodeView, MetricsSource, AutoCloseable {
  public final FakeVolumeEngine engine = new FakeVolumeEngine();
  public final FakeScrub scrub = new FakeScrub();
  public final FakeCluster cluster = new FakeCluster();
  public final Path tokenFile;
  public final Path socket;
  public final URI base;

  private final VolumeService volumes;
  private final AdminServer server;
  private volatile List<HealthEntry> health = List.of();

  public TestServer(Path directory) throws Exception {
    tokenFile = directory.resolve("api.token");
    socket = directory.resolve("api.sock");
    volumes =
        new VolumeService(
            new FakeVolumeRegistry(),
            engine,
            new ExportNames(List.of("127.0.0.1:4420"), List.of("127.0.0.1:3260")));
    server =
        new AdminServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            socket,
            ApiToken.open(tokenFile),
            new Routes(volumes, this, this, scrub, cluster));
    base = URI.create("http://127.0.0.1:" + server.start());
  }

  /// Starts another server on a port, for nothing but to see whether it can.
  static void listenOn(int port, Path tokenFile, TestServer view) throws Exception {
    try (AdminServer second =
        new AdminServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            null,
            ApiToken.open(tokenFile),
            new Routes(view.volumes, view, view, view.scrub, view.cluster))) {
      second.start();
    }
  }

  public String token() throws Exception {
    return Files.readString(tokenFile).strip();
  }

  void failing() {
    health = List.of(HealthCode.POOL_FAILED.says("The disk is broken."));
  }

  @Override
  public List<HealthEntry> health() {
    return health;
  }

  @Override
  public NodeInfo node() {
    return new NodeInfo(
        "n1",
        "0.1.0",
        "ready",
        "2026-11-23T06:00:00Z",
        1,
        engine.volumes.size(),
        List.of(new NodeInfo.Endpoint("management", base.getAuthority())),
        false,
        health);
  }

  @Override
  public PoolInfo pool() {
    long gib = 1L << 30;
    return new PoolInfo(
        "/data/pool.img",
        "io_uring",
        "healthy",
        17 * gib,
        16 * gib,
        gib,
        15 * gib,
        20 * gib,
        3 * gib,
        gib,
        0,
        0,
        new PoolInfo.Reduction(4 * gib, 2 * gib, 2, 10),
        new PoolInfo.Memory(192L << 20, 64L << 20, 9830.4, 3276.8, 900, 100),
        scrub.status(),
        PoolInfo.Smart.none("a file has no SMART log"),
        List.of(HealthCode.OVERCOMMITTED.says("All is well, really.")));
  }

  @Override
  public boolean isReady() {
    return health.isEmpty();
  }

  @Override
  public String contentType() {
    return "text/plain; version=0.0.4; charset=utf-8";
  }

  @Override
  public void write(OutputStream out) throws java.io.IOException {
    out.write("ashlar_up 1\n".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.close();
  }
}
