import com.graphhopper.routing.weighting.Weighting;
import com.graphhopper.storage.BaseGraph;
import com.graphhopper.storage.index.Snap;
import com.graphhopper.util.DistanceCalcEarth;
import com.graphhopper.util.EdgeExplorer;
import com.graphhopper.util.EdgeIterator;
import com.graphhopper.util.EdgeIteratorState;
import com.graphhopper.util.FetchMode;
import com.graphhopper.util.PointList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The best that GraphHopper's graph allows for "nearest of many": one shortest-path tree from the origin, stopped at the first
 * target. Columns by node are reused from search to search, and no graph with virtual nodes is made.
 */
final class NearestTree {
    private record End(int edge, double alongM, double edgeM, boolean forward, boolean back) {}

    private record Label(int node, double weight) {}

    private final EdgeExplorer explorer;
    private final Weighting weighting;
    private final double weightOfMetre;
    private final List<End> ends = new ArrayList<>();
    private final List<Double> away = new ArrayList<>();
    private final Map<Integer, List<Integer>> targetsOfEdge = new HashMap<>();
    /** Metres from a node through its nearest door to a target; infinite: none. */
    private final double[] door;
    private final double[] weight;
    private final int[] seen;
    private int search;

    NearestTree(BaseGraph graph, Weighting weighting, List<Snap> targets) {
        this.weighting = weighting;
        this.weightOfMetre = weighting.calcMinWeightPerDistance();
        this.explorer = graph.createEdgeExplorer();
        this.weight = new double[graph.getNodes()];
        this.seen = new int[graph.getNodes()];
        this.door = new double[graph.getNodes()];
        java.util.Arrays.fill(door, Double.POSITIVE_INFINITY);
        for (Snap target : targets) {
            End end = endOf(target);
            targetsOfEdge.computeIfAbsent(end.edge, edge -> new ArrayList<>()).add(ends.size());
            ends.add(end);
            away.add(target.getQueryDistance());
            EdgeIteratorState edge = target.getClosestEdge();
            if (end.forward) door[edge.getBaseNode()] = Math.min(door[edge.getBaseNode()], end.alongM);
            if (end.back) door[edge.getAdjNode()] = Math.min(door[edge.getAdjNode()], end.edgeM - end.alongM);
        }
    }

    double awayM(int target) {
        return away.get(target);
    }

    private End endOf(Snap snap) {
        EdgeIteratorState edge = snap.getClosestEdge();
        PointList points = edge.fetchWayGeometry(FetchMode.ALL);
        double along = 0;
        double whole = 0;
        for (int i = 1; i < points.size(); i++) {
            if (i - 1 == snap.getWayIndex())
                along = whole + crowM(points, i - 1, snap.getSnappedPoint().lat, snap.getSnappedPoint().lon);
            whole += crowM(points, i - 1, points.getLat(i), points.getLon(i));
        }
        if (snap.getWayIndex() >= points.size() - 1) along = whole;
        boolean forward = Double.isFinite(weighting.calcEdgeWeight(edge, false));
        boolean back = Double.isFinite(weighting.calcEdgeWeight(edge, true));
        return new End(edge.getEdge(), along, edge.getDistance(), forward, back);
    }

    private static double crowM(PointList points, int from, double lat, double lon) {
        return DistanceCalcEarth.DIST_EARTH.calcDist(points.getLat(from), points.getLon(from), lat, lon);
    }

    /** Metres from an origin to the nearest target; infinite where none is in reach. */
    double nearestM(Snap origin) {
        if (!origin.isValid()) return Double.POSITIVE_INFINITY;
        End start = endOf(origin);
        double best = onSameEdge(start);
        PriorityQueue<Label> queue = new PriorityQueue<>(200, (one, other) -> Double.compare(one.weight, other.weight));
        search++;
        EdgeIteratorState edge = origin.getClosestEdge();
        if (start.forward) reach(edge.getAdjNode(), (start.edgeM - start.alongM) * weightOfMetre, queue);
        if (start.back) reach(edge.getBaseNode(), start.alongM * weightOfMetre, queue);
        while (!queue.isEmpty()) {
            Label label = queue.poll();
            if (label.weight >= best * weightOfMetre) break;
            if (label.weight > weight[label.node]) continue;
            best = Math.min(best, label.weight / weightOfMetre + door[label.node]);
            EdgeIterator next = explorer.setBaseNode(label.node);
            while (next.next()) reach(next.getAdjNode(), label.weight + weighting.calcEdgeWeight(next, false), queue);
        }
        return best;
    }

    private double onSameEdge(End start) {
        double best = Double.POSITIVE_INFINITY;
        for (int target : targetsOfEdge.getOrDefault(start.edge, List.of())) {
            double ahead = ends.get(target).alongM - start.alongM;
            if (ahead >= 0 ? start.forward : start.back) best = Math.min(best, Math.abs(ahead));
        }
        return best;
    }

    private void reach(int node, double at, PriorityQueue<Label> queue) {
        if (Double.isInfinite(at) || (seen[node] == search && weight[node] <= at)) return;
        seen[node] = search;
        weight[node] = at;
        queue.add(new Label(node, at));
    }
}
