package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every binding of [MetadataStore] must do.
public abstract class MetadataStoreContract {
  protected MetadataStore store;

  /// Opens the store, with whatever was committed to it before in this test.
  protected abstract MetadataStore open() throws Exception;

  /// Waits until what was proposed has completed.
  protected abstract void settle();

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void shouldBeginEmpty() {
    assertThat(store.state()).isEqualTo(ClusterState.EMPTY);
  }

  @Test
  void shouldShowWhatItCommitted() {
    for (ClusterCommand command : Samples.history()) {
      assertCommitted(command);
    }
    assertThat(store.state().version()).isEqualTo(Samples.history().size());
  }

  @Test
  void shouldRefuseWhatTheStateRefusesAndChangeNothing() {
    assertCommitted(Samples.FORM);
    ClusterState before = store.state();
    List<String> sentences = new ArrayList<>();
    assertThat(propose(Samples.FORM, sentences)).isEqualTo(ProposalStatus.REFUSED);
    assertThat(sentences.getFirst()).contains("formed already");
    assertThat(store.state()).isEqualTo(before);
  }

  @Test
  void shouldTellWatchersOfEveryCommandInOrderBeforeItsProposerIsTold() {
    assertCommitted(Samples.FORM);
    List<Object> heard = new ArrayList<>();
    ClusterState from = store.watch((command, state) -> heard.add(state.version()));
    assertThat(from.version()).isEqualTo(1);
    for (ClusterCommand command : Samples.history().subList(1, 5)) {
      store.propose(command, (status, sentence) -> heard.add(status));
      settle();
    }
    assertThat(heard)
        .containsExactly(
            2L,
            ProposalStatus.COMMITTED,
            3L,
            ProposalStatus.COMMITTED,
            4L,
            ProposalStatus.COMMITTED,
            5L,
            ProposalStatus.COMMITTED);
  }

  @Test
  void shouldNotTellWatchersOfWhatWasRefused() {
    List<ClusterCommand> heard = new ArrayList<>();
    store.watch((command, state) -> heard.add(command));
    propose(new PutNode(Samples.NODE), new ArrayList<>());
    assertThat(heard).isEmpty();
  }

  @Test
  void shouldKeepEverythingAcrossAReopening() throws Exception {
    for (ClusterCommand command : Samples.history()) {
      assertCommitted(command);
      ClusterState before = store.state();
      store.close();
      store = open();
      assertThat(store.state()).isEqualTo(before);
    }
  }

  @Test
  void shouldAnswerProposalsAfterItWasClosed() {
    store.close();
    List<String> sentences = new ArrayList<>();
    assertThat(propose(Samples.FORM, sentences)).isEqualTo(ProposalStatus.UNKNOWN);
    assertThat(sentences.getFirst()).isNotBlank();
  }

  @Test
  void shouldTakeAProposalFromWithinACompletion() {
    List<ProposalStatus> statuses = new ArrayList<>();
    store.propose(
        Samples.FORM,
        (status, sentence) ->
            store.propose(new CreateVolume(Samples.volume(1)), (next, why) -> statuses.add(next)));
    settle();
    assertThat(statuses).containsExactly(ProposalStatus.COMMITTED);
  }

  protected final void assertCommitted(ClusterCommand command) {
    ClusterState expected = store.state().apply(command).state();
    List<String> sentences = new ArrayList<>();
    assertThat(propose(command, sentences)).isEqualTo(ProposalStatus.COMMITTED);
    assertThat(sentences).containsExactly("");
    assertThat(store.state()).isEqualTo(expected);
  }

  /// Proposes and waits for the answer.
  protected final ProposalStatus propose(ClusterCommand command, List<String> sentences) {
    List<ProposalStatus> statuses = new ArrayList<>();
    store.propose(
        command,
        (status, sentence) -> {
          statuses.add(status);
          sentences.add(sentence);
        });
    settle();
    assertThat(statuses).hasSize(1);
    return statuses.getFirst();
  }
}
