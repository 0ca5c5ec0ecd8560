package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/// Hands what Ratis committed to the [Ledger], one entry after the other, and keeps snapshots of
/// it.
final class RaftStateMachine extends BaseStateMachine {
  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final CommittedView view;
  private final Path directory;
  private final @Nullable ClusterState seed;
  private volatile Runnable onFailure = () -> {};
  private Ledger ledger = Ledger.empty();

  /// @param directory named in complaints
  /// @param seed what a new store begins with in place of nothing, or null
  RaftStateMachine(CommittedView view, Path directory, @Nullable ClusterState seed) {
    this.view = view;
    this.directory = directory;
    this.seed = seed;
  }

  /// Runs once the log fails.
  void onFailure(Runnable then) {
    onFailure = then;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, groupId, raftStorage);
    storage.init(raftStorage);
    if (seed != null) {
      write(TermIndex.valueOf(0, 0), LedgerImage.encode(seed));
    }
    load();
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /// A snapshot came from the leader.
  @Override
  public void reinitialize() throws IOException {
    storage.loadLatestSnapshot();
    load();
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  private void load() throws IOException {
    SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
    if (latest == null) {
      return;
    }
    Path file = latest.getFile().getPath();
    try {
      ledger = LedgerImage.decode(Files.readAllBytes(file));
    } catch (MalformedMetadataException e) {
      throw new RaftMetadataException(StorageCheck.damaged(file, e), e);
    }
    setLastAppliedTermIndex(latest.getTermIndex());
    view.onInstalled(ledger.state(), latest.getIndex());
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    byte[] bytes = entry.getStateMachineLogEntry().getLogData().toByteArray();
    byte[] reply;
    try {
      reply = ledger.apply(ProposalBatch.decode(bytes), view::onCommitted);
    } catch (RuntimeException e) {
      // Ratis stops this node, as it must: it would differ from the others for ever.
      view.fail("this node stopped: " + e.getMessage());
      throw e;
    }
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    view.onApplied(entry.getIndex());
    return CompletableFuture.completedFuture(
        Message.valueOf(UnsafeByteOperations.unsafeWrap(reply)));
  }

  /// An entry of Ratis' own was committed.
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    super.notifyTermIndexUpdated(term, index);
    view.onApplied(index);
  }

  /// The log takes nothing more until the node starts again, because what the disk has is not
  /// known.
  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
    view.fail(
        "the metadata in %s cannot be written (%s): make room or repair the disk, then restart"
            .formatted(directory, cause.getMessage()));
    onFailure.run();
  }

  /// Ratis stopped: it was asked to, or this node was removed, or it met what it cannot go on with.
  @Override
  public void notifyServerShutdown(RoleInfoProto role, boolean isWholeServer) {
    view.fail(
        "this node has no part in the metadata in %s any more: it was removed, or its log says why, restart it then"
            .formatted(directory));
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex last = getLastAppliedTermIndex();
    write(last, LedgerImage.encode(ledger));
    return last.getIndex();
  }

  private void write(TermIndex last, byte[] image) throws IOException {
    Path file = storage.getSnapshotFile(last.getTerm(), last.getIndex()).toPath();
    DurableFile.write(file, image);
    MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    storage.updateLatestSnapshot(
        new SingleFileSnapshotInfo(new FileInfo(file, digest), last.getTerm(), last.getIndex()));
  }
}
