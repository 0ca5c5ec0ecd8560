package io.ashlar.replication.metadata.raft;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.ProposalStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The metadata of a cluster, agreed on by Raft. One node is a cluster too, and grows by
/// [#addMember].
///
/// A node begins once in its life by [#form], [#join] or [#recover], each of which refuses a
/// directory that holds anything; after that [#resume] goes on, and refuses one that lacks
/// anything. None of them waits for the others: [#awaitCaughtUp] does.
///
/// Any thread may propose. Completions run on one thread of the store's own and watchers on
/// another; neither may wait for the store. A proposal that is under way when the leader is lost is
/// sent to the next one and applied once.
public final class RaftMetadataStore implements MetadataStore {
  private final RaftSettings settings;
  private final CommittedView view;
  private final StoreLock lock;
  private final RatisNode node;
  private final ProposalSender sender;

  private RaftMetadataStore(
      RaftSettings settings, StoreLock lock, CommittedView view, RatisNode node) {
    this.settings = settings;
    this.lock = lock;
    this.view = view;
    this.node = node;
    this.sender = new ProposalSender(node, view, settings.timings());
  }

  /// Begins a cluster. All of its first nodes are told the same members, once.
  ///
  /// @throws RaftMetadataException if the directory holds metadata, or cannot be used
  public static RaftMetadataStore form(RaftSettings settings, List<RaftMember> members)
      throws IOException {
    return open(settings, () -> beginning(settings, members, members));
  }

  /// Begins a cluster of one node with the state that it had while it was alone. Others join it.
  ///
  /// @throws RaftMetadataException if the directory holds metadata, or cannot be used
  public static RaftMetadataStore formFrom(RaftSettings settings, ClusterState state)
      throws IOException {
    List<RaftMember> alone = List.of(settings.self());
    return open(settings, () -> beginning(settings, alone, alone).from(state));
  }

  /// Begins a node that will be added by [#addMember] on another one. Until then it hears nothing.
  ///
  /// @param contacts some that are members
  /// @throws RaftMetadataException if the directory holds metadata, or cannot be used
  public static RaftMetadataStore join(RaftSettings settings, List<RaftMember> contacts)
      throws IOException {
    return open(settings, () -> beginning(settings, List.of(), contacts));
  }

  /// Begins a cluster of one node with the state that [#backUp] wrote. The nodes there were must
  /// never run again: they would be another cluster with the same name.
  ///
  /// @throws RaftMetadataException if the directory holds metadata, or the backup is damaged
  public static RaftMetadataStore recover(RaftSettings settings, Path backup) throws IOException {
    return formFrom(settings, readBackup(backup));
  }

  /// Goes on where this node stopped, however it stopped.
  ///
  /// @throws RaftMetadataException if a file is missing or damaged, or in use
  public static RaftMetadataStore resume(RaftSettings settings) throws IOException {
    return open(
        settings,
        () -> {
          StorageCheck.prove(settings.storage());
          return new Start(List.of(), List.of(settings.self()), null);
        });
  }

  /// Whether the directory holds metadata of this cluster: then [#resume] is what opens it.
  public static boolean exists(RaftSettings settings) throws IOException {
    return StorageCheck.holdsAnything(settings.storage());
  }

  /// How a node starts.
  ///
  /// @param voters of a store that is new; empty for one that resumes or joins
  /// @param contacts who is asked as long as this node does not know the members
  /// @param seed what a new store begins with in place of nothing, or null
  private record Start(
      List<RaftMember> voters, List<RaftMember> contacts, @Nullable ClusterState seed) {
    Start from(ClusterState state) {
      return new Start(voters, contacts, state);
    }
  }

  /// Looks whether a node can start, while nobody else has the directory.
  private interface Preparation {
    Start prepare() throws IOException;
  }

  private static Start beginning(
      RaftSettings settings, List<RaftMember> voters, List<RaftMember> contacts)
      throws IOException {
    if (exists(settings)) {
      throw new RaftMetadataException(
          "%s holds metadata already: resume it, or use another directory"
              .formatted(settings.storage()));
    }
    return new Start(voters, contacts, null);
  }

  private static RaftMetadataStore open(RaftSettings settings, Preparation preparation)
      throws IOException {
    StoreLock lock = StoreLock.take(settings.directory());
    try {
      Start start = preparation.prepare();
      CommittedView view = new CommittedView();
      RaftStateMachine machine = new RaftStateMachine(view, settings.storage(), start.seed());
      RatisNode node = RatisNode.start(settings, start.voters(), start.contacts(), machine);
      machine.onFailure(node::stop);
      return new RaftMetadataStore(settings, lock, view, node);
    } catch (RaftMetadataException e) {
      lock.close();
      throw e;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw new RaftMetadataException(
          "the metadata in %s cannot be opened at %s: %s"
              .formatted(settings.storage(), settings.self().address(), reason(e)),
          e);
    }
  }

  /// The innermost of what Ratis wraps into each other.
  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  @Override
  public ClusterState state() {
    return view.state();
  }

  @Override
  public ClusterState watch(Watcher watcher) {
    return view.watch(watcher);
  }

  @Override
  public void propose(ClusterCommand command, ProposalCompletion completion) {
    byte[] bytes;
    try {
      bytes = MetadataCodec.encode(command);
      // What one cannot read oneself must not get into the log, where all would have to.
      ClusterCommand _ = MetadataCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length);
    } catch (CheckFailedException | MalformedMetadataException e) {
      String refusal = view.state().apply(command).refusal();
      completion.onComplete(
          ProposalStatus.REFUSED,
          refusal != null ? refusal : "the command cannot be written: " + e.getMessage());
      return;
    }
    if (bytes.length > ProposalBatch.COMMAND_BYTES_MAX) {
      completion.onComplete(
          ProposalStatus.REFUSED,
          "the command has %d bytes, at most %d are possible"
              .formatted(bytes.length, ProposalBatch.COMMAND_BYTES_MAX));
      return;
    }
    sender.propose(bytes, completion);
  }

  /// Waits until this node has seen all that was committed anywhere before this call.
  ///
  /// @return null, or a sentence that says why it has not
  public @Nullable String awaitCaughtUp(long waitMillis) throws InterruptedException {
    CompletableFuture<String> answer = new CompletableFuture<>();
    sender.ask(
        (status, sentence) -> answer.complete(status == ProposalStatus.COMMITTED ? "" : sentence));
    try {
      String sentence = answer.get(waitMillis, TimeUnit.MILLISECONDS);
      return sentence.isEmpty() ? null : sentence;
    } catch (TimeoutException e) {
      return node.whyNobodyAnswers();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Who votes, as far as this node knows. Empty on a node that was not added yet.
  public List<RaftMember> members() {
    return node.members();
  }

  /// The node that leads as far as this one knows, or null.
  public @Nullable UUID leader() {
    return node.leader();
  }

  /// Adds a node that runs since [#join]. Returns when it has all of the log and votes.
  ///
  /// @throws RaftMetadataException if it does not catch up in time, or the members change meanwhile
  public void addMember(RaftMember member) throws IOException {
    List<RaftMember> present = node.members();
    List<RaftMember> next = new ArrayList<>(present);
    next.removeIf(each -> each.node().equals(member.node()));
    next.add(member);
    setMembers(present, next, "node %s cannot be added".formatted(member.address()));
  }

  /// Takes a node's vote away. Its own store closes; if it leads, another one is elected.
  ///
  /// @throws RaftMetadataException if there is no quorum for it, or the members change meanwhile
  public void removeMember(UUID member) throws IOException {
    List<RaftMember> present = node.members();
    List<RaftMember> next = new ArrayList<>(present);
    boolean isMember = next.removeIf(each -> each.node().equals(member));
    if (!isMember || next.isEmpty()) {
      throw new RaftMetadataException(
          "node %s is %s".formatted(member, isMember ? "the only one" : "no member"));
    }
    setMembers(present, next, "node %s cannot be removed".formatted(member));
  }

  private void setMembers(List<RaftMember> present, List<RaftMember> next, String what)
      throws IOException {
    long waitNs = TimeUnit.MILLISECONDS.toNanos(settings.timings().proposalMillis());
    try {
      node.setMembers(present, next, System.nanoTime() + waitNs);
    } catch (IOException e) {
      throw new RaftMetadataException("%s: %s".formatted(what, reason(e)), e);
    }
  }

  /// Writes the state as this node has it. The file is whole under its name, or not there.
  ///
  /// @return the version that was written
  /// @throws RaftMetadataException if it cannot be written
  public long backUp(Path file) throws IOException {
    ClusterState state = view.state();
    try {
      DurableFile.write(file, LedgerImage.encode(state));
    } catch (IOException e) {
      throw new RaftMetadataException(
          "the metadata cannot be backed up to %s: %s".formatted(file, e.getMessage()), e);
    }
    return state.version();
  }

  /// The state that [#backUp] wrote.
  ///
  /// @throws RaftMetadataException unless the file is whole
  public static ClusterState readBackup(Path file) throws IOException {
    try {
      return LedgerImage.decode(Files.readAllBytes(file)).state();
    } catch (MalformedMetadataException e) {
      throw new RaftMetadataException(
          "the backup %s is damaged: %s; use another one".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    sender.close();
    node.close();
    lock.close();
  }
}
