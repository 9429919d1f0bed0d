namespace Peregrine.Fix.Messages;

/// <summary>Tag numbers of FIX, by their standard names.</summary>
public static class Tag
{
    public const int Account = 1;
    public const int AvgPx = 6;
    public const int BeginSeqNo = 7;
    public const int BeginString = 8;
    public const int BodyLength = 9;
    public const int CheckSum = 10;
    public const int ClOrdId = 11;
    public const int CumQty = 14;
    public const int Currency = 15;
    public const int EndSeqNo = 16;
    public const int ExecId = 17;
    public const int ExecInst = 18;
    public const int ExecTransType = 20;
    public const int LastPx = 31;
    public const int LastQty = 32;
    public const int LinesOfText = 33;
    public const int MsgSeqNum = 34;
    public const int MsgType = 35;
    public const int NewSeqNo = 36;
    public const int OrderId = 37;
    public const int OrderQty = 38;
    public const int OrdStatus = 39;
    public const int OrdType = 40;
    public const int OrigClOrdId = 41;
    public const int PossDupFlag = 43;
    public const int Price = 44;
    public const int RefSeqNum = 45;
    public const int SenderCompId = 49;
    public const int SendingTime = 52;
    public const int Side = 54;
    public const int Symbol = 55;
    public const int TargetCompId = 56;
    public const int Text = 58;
    public const int TimeInForce = 59;
    public const int TransactTime = 60;
    public const int ListId = 66;
    public const int TotNoOrders = 68;
    public const int NoOrders = 73;
    public const int TradeDate = 75;
    public const int NoRpts = 82;
    public const int RptSeq = 83;
    public const int CxlQty = 84;
    public const int PossResend = 97;
    public const int EncryptMethod = 98;
    public const int StopPx = 99;
    public const int CxlRejReason = 102;
    public const int OrdRejReason = 103;
    public const int HeartBtInt = 108;
    public const int MinQty = 110;
    public const int MaxFloor = 111;
    public const int TestReqId = 112;
    public const int OrigSendingTime = 122;
    public const int GapFillFlag = 123;
    public const int ExpireTime = 126;
    public const int CxlType = 125;
    public const int ResetSeqNumFlag = 141;
    public const int Headline = 148;
    public const int ExecType = 150;
    public const int LeavesQty = 151;
    public const int PegOffsetValue = 211;
    public const int NoRelatedSym = 146;
    public const int SubscriptionRequestType = 263;
    public const int SecurityReqId = 320;
    public const int SecurityResponseId = 322;
    public const int SecurityStatusReqId = 324;
    public const int SecurityTradingStatus = 326;
    public const int RefTagId = 371;
    public const int RefMsgType = 372;
    public const int SessionRejectReason = 373;
    public const int ExecRestatementReason = 378;
    public const int BusinessRejectRefId = 379;
    public const int BusinessRejectReason = 380;
    public const int ExpireDate = 432;
    public const int CrossId = 548;
    public const int CrossType = 549;
    public const int CrossPrioritization = 550;
    public const int NoSides = 552;
    public const int TotNoRelatedSym = 393;
    public const int BidType = 394;
    public const int ListStatusType = 429;
    public const int ListOrderStatus = 431;
    public const int ListExecInstType = 433;
    public const int CxlRejResponseTo = 434;
    public const int ListStatusText = 444;
    public const int MassCancelRequestType = 530;
    public const int MassCancelResponse = 531;
    public const int MassCancelRejectReason = 532;
    public const int TotalAffectedOrders = 533;
    public const int SecurityListRequestType = 559;
    public const int SecurityRequestResult = 560;
    public const int RoundLot = 561;
    public const int TradeRequestId = 568;
    public const int TradeRequestType = 569;
    public const int PreviouslyReported = 570;
    public const int TradeReportId = 571;
    public const int MassStatusReqId = 584;
    public const int MassStatusReqType = 585;
    public const int TotNumTradeReports = 748;
    public const int TradeRequestResult = 749;
    public const int TradeRequestStatus = 750;
    public const int NextExpectedMsgSeqNum = 789;
    public const int OrdStatusReqId = 790;
    public const int LastFragment = 893;
    public const int TotNumReports = 911;
    public const int LastRptRequested = 912;
    public const int ApplVerId = 1128;
    public const int DefaultApplVerId = 1137;
    public const int PegOffsetType = 836;
    public const int PeggedPrice = 839;
    public const int PegPriceType = 1094;
    public const int DisplayQty = 1138;
    public const int MassActionReportId = 1369;

    /// <summary>Tags from here on are agreed between two parties and not checked.</summary>
    public const int UserDefinedMin = 5000;

    /// <summary>Whose orders shall not trade with each other. User-defined in FIX 4.4,
    /// with this number at CME (SelfMatchPreventionID there, too).</summary>
    public const int SelfMatchPreventionId = 7928;

    /// <summary>What happens instead. User-defined in FIX 4.4, with this number at CME (SelfMatchPreventionInstruction there, too).</summary>
    public const int SelfMatchPreventionInstruction = 8000;
}
