package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeyManager;
import io.ashlar.replication.identity.NodeTrustManager;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// [RaftSettings] in Ratis' words. What is not set here is as Ratis has it.
final class RatisOptions {
  /// A batch, and what Ratis puts around it.
  private static final SizeInBytes ENTRY_BYTES_MAX =
      SizeInBytes.valueOf(2L * ProposalBatch.COMMAND_BYTES_MAX);

  /// Laid out ahead of what is written, in each segment.
  private static final int PREALLOCATED_PARTS = 16;

  /// Ratis closes a server that slept for longer than this. One that was stopped and goes on shall
  /// take part again: elections and terms see to it that it does no harm.
  private static final TimeDuration SLEEP_MAX = TimeDuration.valueOf(1_000, TimeUnit.DAYS);

  static {
    // Its Netty uses what the JDK is about to take away, if it is let.
    System.setProperty(
        "org.apache.ratis.thirdparty.io.netty.noUnsafe",
        System.getProperty("org.apache.ratis.thirdparty.io.netty.noUnsafe", "true"));
    // A port that is taken ends the process otherwise.
    ExitUtils.disableSystemExit();
  }

  private RatisOptions() {}

  static RaftProperties properties(RaftSettings settings) {
    RaftProperties to = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(to, List.of(settings.directory().toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(to, settings.directory().resolve("removed").toFile());
    RaftServerConfigKeys.setCloseThreshold(to, SLEEP_MAX);
    setLog(to, settings.timings());
    setTimings(to, settings.timings());
    setThreads(to);
    GrpcConfigKeys.Server.setHost(to, settings.self().host());
    GrpcConfigKeys.Server.setPort(to, settings.self().port());
    return to;
  }

  private static void setLog(RaftProperties to, RaftTimings timings) {
    RaftServerConfigKeys.Log.setSegmentSizeMax(to, SizeInBytes.valueOf(timings.segmentBytes()));
    RaftServerConfigKeys.Log.setPreallocatedSize(
        to, SizeInBytes.valueOf(timings.segmentBytes() / PREALLOCATED_PARTS));
    RaftServerConfigKeys.Log.setWriteBufferSize(
        to, SizeInBytes.valueOf(ENTRY_BYTES_MAX.getSize() + 64));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(to, ENTRY_BYTES_MAX);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(to, true);
    RaftServerConfigKeys.Log.setPurgeGap(to, 1);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(to, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(to, timings.snapshotEntries());
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(to, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(to, 2);
  }

  private static void setTimings(RaftProperties to, RaftTimings timings) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(to, millis(timings.electionMinMillis()));
    RaftServerConfigKeys.Rpc.setTimeoutMax(to, millis(timings.electionMaxMillis()));
    RaftServerConfigKeys.Rpc.setRequestTimeout(to, millis(timings.requestMillis()));
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        to, millis(2 * timings.electionMaxMillis()));
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(to, "1ms,10, 200ms,1000000");
    RaftClientConfigKeys.Rpc.setRequestTimeout(to, millis(timings.requestMillis()));
  }

  /// A metadata store is idle nearly always: it gets few threads.
  private static void setThreads(RaftProperties to) {
    GrpcConfigKeys.Server.setBossGroupSize(to, 1);
    GrpcConfigKeys.Server.setWorkerGroupSize(to, 1);
    GrpcConfigKeys.Client.setWorkerGroupSize(to, 1);
    RaftServerConfigKeys.Write.setElementLimit(to, 1_024);
  }

  private static TimeDuration millis(int count) {
    return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
  }

  static Parameters parameters(RaftSettings settings) {
    Parameters to = new Parameters();
    NodeCredentials credentials = settings.credentials();
    if (credentials != null) {
      GrpcConfigKeys.TLS.setConf(to, mutualTls(settings.cluster(), credentials));
    }
    return to;
  }

  /// TLS 1.3 by the JDK; both ends prove which node of the cluster they are, as they do to each
  /// other's storage network.
  private static GrpcTlsConfig mutualTls(UUID cluster, NodeCredentials credentials) {
    CertificateCheck check = new CertificateCheck(cluster, credentials.trusted());
    return new GrpcTlsConfig.Builder()
        .setName("metadata")
        .setKeyManager(new NodeKeyManager(credentials))
        .setTrustManager(new NodeTrustManager(check, InstantSource.system()))
        .setMutualTls(true)
        .setSslProvider(SslProvider.JDK)
        .setProtocols("TLSv1.3")
        .build();
  }
}
