using System.Text.Json;
using System.Text.Json.Serialization;

namespace Peregrine.Api;

/// <summary>JSON of the contracts, made at build time: no reflection while the link runs.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConsoleMessage))]
[JsonSerializable(typeof(List<InstrumentView>))]
[JsonSerializable(typeof(BookView))]
[JsonSerializable(typeof(List<TradeView>))]
[JsonSerializable(typeof(List<BarView>))]
[JsonSerializable(typeof(List<QuoteView>))]
[JsonSerializable(typeof(IReadOnlyList<SessionView>))]
[JsonSerializable(typeof(SessionRequestView))]
[JsonSerializable(typeof(List<RejectView>))]
[JsonSerializable(typeof(List<OrderView>))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(NewOrderRequest))]
[JsonSerializable(typeof(MetricsView))]
[JsonSerializable(typeof(StatusView))]
internal sealed partial class ApiJson : JsonSerializerContext;
