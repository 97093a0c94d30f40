import com.uber.h3core.H3Core;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * One partition's positions into people per cell, by the rules of streams/crowd/rules.py, but for doubting jumps: that costs a
 * little, and the positions it is measured with have none.
 */
final class Fold {
    private static final long TTL_MS = 900_000;
    private static final long BUCKET_MS = 10_000;
    private static final long AHEAD_MS = 60_000;
    private static final long REFRESH_MS = 60_000;
    private static final long LONG_AGO_MS = -(1L << 60);
    private static final long NOWHERE = 0;
    private static final int RESOLUTION = 9;

    interface Row {
        void of(byte[] key, byte[] value, long cell);
    }

    private final int partition;
    private final H3Core h3;
    private final Devices devices;
    private final Long2IntOpenHashMap numbers = new Long2IntOpenHashMap(1 << 16);
    private long[] cells = new long[1 << 16];
    private int[] count = new int[1 << 16];
    private int[] keySum = new int[1 << 16];
    private long[] asOfMs = new long[1 << 16];
    private final BitSet touched = new BitSet();
    private long watermarkMs = LONG_AGO_MS;
    private long cutoffMs = LONG_AGO_MS;
    private long oldestMs = Long.MAX_VALUE;

    Fold(int partition, Devices devices) {
        this.partition = partition;
        this.devices = devices;
        numbers.defaultReturnValue(-1);
        try {
            h3 = H3Core.newInstance();
        } catch (IOException error) {
            throw new IllegalStateException("H3's native library", error);
        }
    }

    /** Returns how many positions the batch holds. */
    int take(Batch batch) {
        int size = batch.size();
        long limitMs = batch.receivedAtMs + AHEAD_MS;
        for (int i = 0; i < size; i++) {
            takeOne(batch.deviceAt(i), batch.timeAt(i), batch.latAt(i), batch.lonAt(i), limitMs);
        }
        return size;
    }

    private void takeOne(long device, long timeMs, float lat, float lon, long limitMs) {
        boolean forgets = Float.isNaN(lat) && Float.isNaN(lon);
        if (!forgets && !(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) {
            return;
        }
        if (!forgets && timeMs > limitMs) {
            return;
        }
        long atMs = Math.min(timeMs, limitMs);
        if (!forgets && atMs > watermarkMs) {
            watermarkMs = atMs;
            expire(Math.floorDiv(atMs, BUCKET_MS) * BUCKET_MS - TTL_MS);
        }
        if (atMs < cutoffMs) {
            return;
        }
        boolean isKnown = devices.find(device);
        long old = isKnown ? devices.cell() : NOWHERE;
        if (isKnown && (atMs < devices.heardMs() || (atMs == devices.heardMs() && !forgets))) {
            return;
        }
        long cell = forgets ? NOWHERE : h3.latLngToCell(lat, lon, RESOLUTION);
        devices.put(device, cell, atMs);
        oldestMs = Math.min(oldestMs, atMs);
        if (cell == old) {
            if (!forgets && watermarkMs - asOfMs[number(cell)] >= REFRESH_MS) {
                touch(number(cell));
            }
            return;
        }
        leave(device, old);
        if (!forgets) {
            int number = number(cell);
            count[number]++;
            keySum[number] += (int) (device >>> 32);
            touch(number);
        }
    }

    private void expire(long sinceMs) {
        cutoffMs = Math.max(cutoffMs, sinceMs);
        if (cutoffMs > oldestMs) { // otherwise nobody can be that old, and a store need not be read through
            devices.expire(cutoffMs, this::leave);
            oldestMs = cutoffMs;
        }
    }

    private void leave(long device, long cell) {
        if (cell != NOWHERE) {
            int number = number(cell);
            count[number]--;
            keySum[number] -= (int) (device >>> 32);
            touch(number);
        }
    }

    private void touch(int number) {
        asOfMs[number] = watermarkMs;
        touched.set(number);
    }

    private int number(long cell) {
        int known = numbers.get(cell);
        if (known >= 0) {
            return known;
        }
        int number = numbers.size();
        if (number == cells.length) {
            cells = Arrays.copyOf(cells, number * 2);
            count = Arrays.copyOf(count, number * 2);
            keySum = Arrays.copyOf(keySum, number * 2);
            asOfMs = Arrays.copyOf(asOfMs, number * 2);
        }
        cells[number] = cell;
        numbers.put(cell, number);
        return number;
    }

    /** Rows touched since the last call, in the bytes of streams/folds/cells.py; a cell without people is a tombstone. */
    void takeTouched(Row row) {
        for (int i = touched.nextSetBit(0); i >= 0; i = touched.nextSetBit(i + 1)) {
            byte[] key = ByteBuffer.allocate(10).putLong(cells[i]).putShort((short) partition).array();
            byte[] value = null;
            if (count[i] > 0) {
                ByteBuffer packed = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
                value = packed.putInt(count[i]).putInt(keySum[i]).putLong(asOfMs[i]).array();
            }
            row.of(key, value, cells[i]);
        }
        touched.clear();
    }

    boolean isTold() {
        return touched.isEmpty();
    }
}
