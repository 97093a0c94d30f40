import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Where each device was last: its cell and when it was heard. */
interface Devices {
    interface Leave {
        void of(long device, long cell);
    }

    /** Makes a device the current one; false when it is not known. */
    boolean find(long device);

    /** Of the current device. */
    long cell();

    long heardMs();

    /** Of the current device, known or not. */
    void put(long device, long cell, long heardMs);

    /** Removes whoever was not heard of since. */
    void expire(long sinceMs, Leave leave);

    /** In the heap, in columns: nothing of it is kept when the process ends. */
    final class InMemory implements Devices {
        private final Long2IntOpenHashMap rows = new Long2IntOpenHashMap(1 << 17);
        private long[] device = new long[1 << 17];
        private long[] cell = new long[1 << 17];
        private long[] heardMs = new long[1 << 17];
        private int count;
        private int row;

        InMemory() {
            rows.defaultReturnValue(-1);
        }

        @Override
        public boolean find(long wanted) {
            row = rows.get(wanted);
            return row >= 0;
        }

        @Override
        public long cell() {
            return cell[row];
        }

        @Override
        public long heardMs() {
            return heardMs[row];
        }

        @Override
        public void put(long ours, long where, long when) {
            if (row < 0) {
                row = count++;
                if (row == device.length) {
                    device = Arrays.copyOf(device, row * 2);
                    cell = Arrays.copyOf(cell, row * 2);
                    heardMs = Arrays.copyOf(heardMs, row * 2);
                }
                device[row] = ours;
                rows.put(ours, row);
            }
            cell[row] = where;
            heardMs[row] = when;
        }

        @Override
        public void expire(long sinceMs, Leave leave) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (heardMs[i] < sinceMs) {
                    leave.of(device[i], cell[i]);
                    rows.remove(device[i]);
                    continue;
                }
                if (kept != i) {
                    device[kept] = device[i];
                    cell[kept] = cell[i];
                    heardMs[kept] = heardMs[i];
                    rows.put(device[kept], kept);
                }
                kept++;
            }
            count = kept;
        }
    }

    /** In a store of Kafka Streams with a changelog: what a crash would need. */
    final class Stored implements Devices {
        private final KeyValueStore<Long, byte[]> store;
        private ByteBuffer current;

        Stored(KeyValueStore<Long, byte[]> store) {
            this.store = store;
        }

        @Override
        public boolean find(long wanted) {
            byte[] found = store.get(wanted);
            current = found == null ? null : ByteBuffer.wrap(found);
            return found != null;
        }

        @Override
        public long cell() {
            return current.getLong(0);
        }

        @Override
        public long heardMs() {
            return current.getLong(8);
        }

        @Override
        public void put(long ours, long where, long when) {
            store.put(ours, ByteBuffer.allocate(16).putLong(where).putLong(when).array());
        }

        @Override
        public void expire(long sinceMs, Leave leave) {
            try (KeyValueIterator<Long, byte[]> all = store.all()) {
                while (all.hasNext()) {
                    KeyValue<Long, byte[]> each = all.next();
                    ByteBuffer value = ByteBuffer.wrap(each.value);
                    if (value.getLong(8) < sinceMs) {
                        leave.of(each.key, value.getLong(0));
                        store.delete(each.key);
                    }
                }
            }
        }
    }
}
