package com.ketomealplan.testing;

/** How often a scenario is repeated: a few times in {@code mvn verify}, hundreds of times in the campaign. */
public final class Ring {

    private Ring() {}

    /** Whether this is the campaign ({@code mvn -Pcampaign}). */
    public static boolean isCampaign() {
        return Boolean.getBoolean("campaign");
    }

    /** Returns the first number in {@code mvn verify}, the second one in the campaign. */
    public static int times(int inVerify, int inCampaign) {
        return isCampaign() ? inCampaign : inVerify;
    }

    /** The same, unless the system property has another number: {@code -Dcuts=1000}. */
    public static int times(String property, int inVerify, int inCampaign) {
        return Integer.getInteger(property, times(inVerify, inCampaign));
    }
}
