package io.ashlar.simulation.history;

import static io.ashlar.simulation.history.Operation.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockHistoryTest {
  private final BlockHistory history = new BlockHistory();

  private void write(long value, long startNs, long finishNs) {
    history.add(Operation.write(value, startNs, finishNs));
  }

  private void read(long value, long startNs, long finishNs) {
    history.add(Operation.read(value, startNs, finishNs));
  }

  @Test
  void shouldAcceptOneAfterTheOther() {
    read(0, 1, 2);
    write(7, 3, 4);
    read(7, 5, 6);
    write(8, 7, 8);
    read(8, 9, 10);
    assertThat(history.complaint()).isNull();
  }

  @Test
  void shouldAcceptEitherWhileAWriteIsUnderWay() {
    write(7, 1, 10);
    read(0, 2, 3);
    read(7, 4, 5);
    read(7, 12, 13);
    assertThat(history.complaint()).isNull();
  }

  @Test
  void shouldRefuseAValueThatNobodyWrote() {
    read(7, 1, 2);
    assertThat(history.complaint()).isEqualTo("read 7 from 1 to 2: nobody wrote that");
  }

  @Test
  void shouldRefuseAValueBeforeItWasWritten() {
    read(7, 1, 2);
    write(7, 3, 4);
    assertThat(history.complaint()).contains("read 7 from 1 to 2").contains("not written before 3");
  }

  @Test
  void shouldRefuseALostWrite() {
    write(7, 1, 2);
    read(0, 3, 4);
    assertThat(history.complaint()).contains("cannot both be");
  }

  @Test
  void shouldRefuseAValueThatFlipsBack() {
    write(7, 1, 20);
    read(7, 2, 3);
    read(0, 4, 5);
    assertThat(history.complaint()).contains("cannot both be");
  }

  @Test
  void shouldRefuseAWriteThatComesBetweenTwoReadsOfAnother() {
    write(7, 1, 2);
    write(8, 4, 5);
    read(7, 7, 8);
    assertThat(history.complaint()).contains("cannot both be");
  }

  @Test
  void shouldLetAWriteThatWasNotAnsweredHappenOrNot() {
    write(7, 1, 2);
    write(8, 3, UNKNOWN);
    read(7, 4, 5);
    assertThat(history.complaint()).isNull();
    read(8, 6, 7);
    assertThat(history.complaint()).isNull();
    read(7, 8, 9);
    assertThat(history.complaint()).as("once seen, it stays").contains("cannot both be");
  }

  /// A ghost: the session was fenced at 5, the write appears after something newer was read.
  @Test
  void shouldRefuseAGhost() {
    write(7, 1, 5);
    write(8, 6, 7);
    read(8, 8, 9);
    read(7, 10, 11);
    assertThat(history.complaint()).contains("cannot both be");
  }

  @Test
  void shouldTellZeroesApartByWhatFits() {
    write(7, 1, 2);
    write(0, 3, 4);
    read(0, 5, 6);
    write(8, 7, 8);
    write(0, 9, UNKNOWN);
    read(8, 10, 11);
    read(0, 12, 13);
    assertThat(history.complaint()).isNull();
    read(8, 14, 15);
    assertThat(history.complaint())
        .isEqualTo("read 8 from 14 to 15: no order of operations explains it");
  }

  /// Every history of up to six operations that the dice make is judged as trying all orders does.
  @Test
  void shouldJudgeAsTryingAllOrdersDoes() {
    SplittableRandom dice = new SplittableRandom(20261123);
    int accepted = 0;
    for (int i = 0; i < 60_000; i++) {
      boolean isUnique = dice.nextBoolean();
      List<Operation> operations = draw(dice, isUnique);
      BlockHistory drawn = new BlockHistory();
      operations.forEach(drawn::add);
      boolean expected = AllOrders.explain(operations);
      assertThat(drawn.complaint() == null).as("%s: %s", i, operations).isEqualTo(expected);
      List<Operation> whole = new ArrayList<>(operations);
      whole.add(Operation.INITIAL);
      boolean found = RegisterSearch.complaint(whole) == null;
      assertThat(found).as("searched, %s: %s", i, operations).isEqualTo(expected);
      accepted += expected ? 1 : 0;
    }
    assertThat(accepted).as("both verdicts are common").isBetween(10_000, 50_000);
  }

  private static List<Operation> draw(SplittableRandom dice, boolean isUnique) {
    int count = dice.nextInt(1, 7);
    List<Operation> operations = new ArrayList<>();
    int written = 0;
    for (int i = 0; i < count; i++) {
      long start = dice.nextInt(12);
      long finish = start + dice.nextInt(6);
      if (dice.nextInt(2) == 0) {
        long value = isUnique ? ++written : dice.nextInt(3);
        boolean isKnown = dice.nextInt(4) > 0;
        operations.add(Operation.write(value, start, isKnown ? finish : UNKNOWN));
      } else {
        operations.add(Operation.read(dice.nextInt(isUnique ? 4 : 3), start, finish));
      }
    }
    return operations;
  }
}
