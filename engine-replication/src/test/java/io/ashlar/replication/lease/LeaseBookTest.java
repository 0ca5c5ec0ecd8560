package io.ashlar.replication.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
  private static final long SECOND = 1_000_000_000L;
  private static final LeaseTerms TERMS = new LeaseTerms(SECOND, 1_000);
  private static final int OTHER = 2;

  private final LeaseBook book = new LeaseBook(TERMS, 0);

  @Test
  void shouldHoldNothingUntilItIsGiven() {
    assertThat(book.holds(OTHER, 0)).isFalse();
    book.given(OTHER, 5 * SECOND);
    assertThat(book.holds(OTHER, 5 * SECOND)).isTrue();
    assertThat(book.holds(OTHER, 6 * SECOND - 1)).as("its clock may be slow").isFalse();
    assertThat(book.holds(OTHER, 6 * SECOND - SECOND / 1000 - 1)).isTrue();
  }

  @Test
  void shouldNotShortenALeaseByALateAnswer() {
    book.given(OTHER, 5 * SECOND);
    book.given(OTHER, 3 * SECOND);
    assertThat(book.holds(OTHER, 5 * SECOND + SECOND / 2)).isTrue();
  }

  @Test
  void shouldKeepWhatItGave() {
    assertThat(book.give(OTHER, 7, 5 * SECOND)).isTrue();
    assertThat(book.overNs(OTHER, 7)).isEqualTo(6 * SECOND);
  }

  @Test
  void shouldWaitForWhatItsLastLifeMayHaveGiven() {
    assertThat(book.overNs(OTHER, 7)).isEqualTo(SECOND);
  }

  @Test
  void shouldTakeALifeForOverWhenItSeesTheNext() {
    book.give(OTHER, 7, 5 * SECOND);
    book.give(OTHER, 8, 5 * SECOND);
    assertThat(book.overNs(OTHER, 7)).isLessThan(5 * SECOND);
    assertThat(book.overNs(OTHER, 8)).isEqualTo(6 * SECOND);
    assertThat(book.give(OTHER, 7, 5 * SECOND)).as("a message that was late").isFalse();
    assertThat(book.overNs(OTHER, 8)).isEqualTo(6 * SECOND);
  }

  /// Every read asks.
  @Test
  void shouldAllocateNothingWhenItIsAsked() {
    assumeTrue(
        ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
        "this JVM does not count allocations per thread");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Beyond the numbers that are boxed beforehand.
    int node = 4711;
    book.given(node, SECOND);
    assertThat(book.holds(node, SECOND)).isTrue();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    int held = 0;
    for (int i = 0; i < 1_000; i++) {
      held += book.holds(node, SECOND) ? 1 : 0;
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(held).isEqualTo(1_000);
    assertThat(allocated).isLessThan(1_000);
  }

  /// Two clocks that drift apart, messages that take any time: whenever the giver takes the lease
  /// for over, the taker has none.
  @Test
  void shouldNeverBeOverForTheGiverBeforeTheTaker() {
    int over = 0;
    int held = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      Pair pair = new Pair(new SplittableRandom(seed));
      pair.run();
      assertThat(pair.heldWhileOver).as("seed %d", seed).isZero();
      over += pair.over;
      held += pair.held;
    }
    assertThat(over).as("it is over at times").isGreaterThan(10_000);
    assertThat(held).as("and held at others").isGreaterThan(10_000);
  }

  private static final class Pair {
    private record Message(long atNs, boolean isRequest, long askedNs) {}

    private final SplittableRandom dice;
    private final PriorityQueue<Message> messages =
        new PriorityQueue<>((a, b) -> Long.compare(a.atNs(), b.atNs()));
    private final double giverRate;
    private final double takerRate;
    private final LeaseBook giver;
    private final LeaseBook taker;
    private int over;
    private int held;
    private int heldWhileOver;

    Pair(SplittableRandom dice) {
      this.dice = dice;
      giverRate = rate();
      takerRate = rate();
      giver = new LeaseBook(TERMS, giverNs(0));
      taker = new LeaseBook(TERMS, takerNs(0));
    }

    private double rate() {
      return 1 + (dice.nextDouble() - 0.5) * TERMS.driftPerMillion() / 1e6;
    }

    private long giverNs(long ns) {
      return (long) (ns * giverRate) + 77 * SECOND;
    }

    private long takerNs(long ns) {
      return (long) (ns * takerRate) + 5 * SECOND;
    }

    void run() {
      for (long ns = 0; ns < 20 * SECOND; ns += SECOND / 20) {
        if (dice.nextInt(8) == 0) {
          messages.add(new Message(ns + delay(), true, takerNs(ns)));
        }
        deliver(ns);
        boolean isOver = giver.overNs(1, 1) <= giverNs(ns);
        boolean isHeld = taker.holds(2, takerNs(ns));
        over += isOver ? 1 : 0;
        held += isHeld ? 1 : 0;
        heldWhileOver += isOver && isHeld ? 1 : 0;
      }
    }

    private long delay() {
      return dice.nextInt(4) == 0 ? dice.nextLong(3 * SECOND) : dice.nextLong(SECOND / 50);
    }

    private void deliver(long untilNs) {
      for (Message next = messages.peek();
          next != null && next.atNs() <= untilNs;
          next = messages.peek()) {
        messages.remove();
        if (!next.isRequest()) {
          taker.given(2, next.askedNs());
        } else if (giver.give(1, 1, giverNs(next.atNs()))) {
          messages.add(new Message(next.atNs() + delay(), false, next.askedNs()));
        }
      }
    }
  }
}
